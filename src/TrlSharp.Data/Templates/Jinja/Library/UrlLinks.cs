using System.Text.RegularExpressions;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>urlize</c>: addresses in a text become HTML links. The text keeps its origins, the markup belongs to the place in the template.</summary>
internal sealed partial class UrlLinks
{
    private static readonly (string Open, string Close)[] Pairs = [("(", ")"), ("<", ">"), ("&lt;", "&gt;")];

    private readonly RenderState _state;
    private readonly TextBuilder _output = new();
    private readonly Value? _limit; // looked at only where there is a link
    private readonly string _attributes;
    private readonly List<string> _schemes;

    private UrlLinks(RenderState state, Value?[] bound)
    {
        _state = state;
        _limit = bound[1] is NoneValue ? null : bound[1];
        var relations = new SortedSet<string>(StringComparer.Ordinal) { "noopener" };
        if (bound[4] is TextValue given) relations.UnionWith(TextMethods.SplitWords(given.Text).Select(w => given.Text[w.Start..w.End]));
        if (bound[2]?.IsTrue ?? false) relations.Add("nofollow");
        _attributes = $" rel=\"{Escape(string.Join(' ', relations))}\"" + (bound[3] is TextValue { IsTrue: true } target ? $" target=\"{Escape(target.Text)}\"" : "");
        _schemes = bound[5] is null or NoneValue ? [] : [.. bound[5]!.Iterate().Select(v => TextMethods.Text(v, "urlize").Text)];
        foreach (var scheme in _schemes)
            if (!Scheme().IsMatch(scheme)) throw EvaluationException.Runtime($"'{scheme}' is not a valid URI scheme prefix.");
    }

    public static Value Apply(RenderState state, Arguments arguments)
    {
        const int CostOfCharacter = 8;
        var bound = arguments.Bind(1, "value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes");
        var text = Escaping.Escape(state.Text(bound[0]!));
        state.Charge((long)text.Text.Length * CostOfCharacter);
        var links = new UrlLinks(state, bound);
        var at = 0;
        foreach (var (start, end) in TextMethods.SplitWords(text.Text))
        {
            links._output.Append(text, at, start);
            links.Word(text, start, end);
            at = end;
        }

        links._output.Append(text, at, text.Text.Length);
        return links._output.ToValue(state.Escapes);
    }

    /// <summary>Brackets and punctuation around an address are not part of it, but for closing brackets whose opening ones it holds.</summary>
    private void Word(TextValue text, int start, int end)
    {
        var all = text.Text;
        var (first, last) = (start + Opening().Match(all[start..end]).Length, end);
        if (Closing().Match(all[first..end]) is { Success: true, Length: var closing }) last = end - closing;
        foreach (var (open, close) in Pairs)
        {
            var opened = Count(all[first..last], open);
            if (opened <= Count(all[first..last], close)) continue;
            for (var moved = Math.Min(opened, Count(all[last..end], close)); moved > 0; moved--) last = all.IndexOf(close, last, StringComparison.Ordinal) + close.Length;
        }

        _output.Append(text, start, first);
        Address(text, first, last);
        _output.Append(text, last, end);
    }

    private void Address(TextValue text, int start, int end)
    {
        var address = text.Text[start..end];
        if (Http().IsMatch(address)) Link(text, start, end, address.StartsWith("https://", StringComparison.Ordinal) || address.StartsWith("http://", StringComparison.Ordinal) ? "" : "https://", _attributes, _limit is null ? null : Numbers.Argument(_limit, "urlize"));
        else if (address.StartsWith("mailto:", StringComparison.Ordinal) && Mail().IsMatch(address["mailto:".Length..])) Link(text, start + "mailto:".Length, end, "mailto:", "", null);
        else if (address.Contains('@', StringComparison.Ordinal) && !address.StartsWith("www.", StringComparison.Ordinal) && address[0] != '@' && !address.Contains(':', StringComparison.Ordinal) && Mail().IsMatch(address))
            Link(text, start, end, "mailto:", "", null);
        else if (_schemes.Exists(s => address != s && address.StartsWith(s, StringComparison.Ordinal))) Link(text, start, end, "", _attributes, null);
        else _output.Append(text, start, end);
    }

    private void Link(TextValue text, int start, int end, string prefix, string attributes, int? limit)
    {
        var shown = text.Slice(start, end);
        _state.Charge(shown.Text.Length + attributes.Length);
        Put("<a href=\"" + prefix);
        _output.Append(shown);
        Put("\"" + attributes + ">");
        if (limit is { } most && shown.Length > most)
        {
            _output.Append(shown, 0, CodePoints.ToUnit(shown.Text, Math.Max(0, most < 0 ? shown.Length + most : most)));
            Put("...");
        }
        else _output.Append(shown);
        Put("</a>");
    }

    private void Put(string markup) => _output.Append(markup, _state.Run);

    private string Escape(string text) => Escaping.Escape(TextValue.Of(text, _state.Run)).Text;

    private static int Count(string text, string part) => text.AsSpan().Count(part);

    [GeneratedRegex(@"\A(?:[(<]|&lt;)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?:[)>.,\n]|&gt;)+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Closing();

    [GeneratedRegex(@"\A[\w.+-]{2,}:(?:/){0,2}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Scheme();

    /// <summary>With a scheme or <c>www.</c> any domain, without them one under the first top-level domains, with a scheme also a number.</summary>
    [GeneratedRegex(
        @"\A(?:(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)"
        + @"|https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))(?::\d{1,5})?(?:[/?#]\S*)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Http();

    [GeneratedRegex(@"\A\S+@\w[\w.-]*\.\w+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Mail();
}
