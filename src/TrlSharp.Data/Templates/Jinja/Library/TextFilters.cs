using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Filters that make text of text.</summary>
internal static class TextFilters
{
    public static void AddTo(Dictionary<string, Func<RenderState, Arguments, Value>> filters)
    {
        filters["escape"] = (s, a) => Escaping.Escape(Text(s, a.Bind(1, "s")[0]!));
        filters["forceescape"] = (s, a) => Escaping.Escape(Text(s, a.Bind(1, "value")[0]!).AsMarkup(false));
        filters["title"] = (s, a) => WordTitle(Text(s, a.Bind(1, "s")[0]!)).AsMarkup(false); // put together anew from words
        filters["trim"] = Trim;
        filters["replace"] = Replace;
        filters["indent"] = Indent;
        filters["center"] = (s, a) => Center(s, a.Bind(1, "value", "width"));
        filters["truncate"] = Truncate;
        filters["wordcount"] = (s, a) => IntegerValue.Of(WordCount(Text(s, a.Bind(1, "s")[0]!).Text));
        filters["wordwrap"] = WordWrap.Apply;
        filters["striptags"] = (s, a) => TextValue.Of(Escaping.StripTags(Text(s, a.Bind(1, "value")[0]!).Text), s.Run);
        filters["urlencode"] = (s, a) => UrlEncoding.Apply(s, a.Bind(1, "value")[0]!);
        filters["format"] = Format;
    }

    public static TextValue Text(RenderState state, Value value) => state.Text(value);

    /// <summary>Jinja2's <c>title</c>: the first character of each part between spaces, hyphens and opening brackets.</summary>
    private static TextValue WordTitle(TextValue text)
    {
        var (start, from) = (true, 0);
        return text.Map((rune, at) =>
        {
            var separator = rune.IsBmp && (rune.Value is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace((char)rune.Value));
            var mapped = start ? PythonText.Upper(rune) : PythonText.Lower(rune, rune.Value == 0x3A3 && PythonText.IsFinalSigma(text.Text, at, from));
            if (start) from = at + rune.Utf16SequenceLength; // Jinja2 makes the rest of a word small by itself
            start = separator;
            return mapped;
        });
    }

    private static Value Trim(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "value", "chars");
        var characters = bound[1] is null or NoneValue ? null : TextMethods.Text(bound[1]!, "trim");
        return TextMethods.Strip(Text(state, bound[0]!), characters, left: true, right: true);
    }

    private static Value Replace(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(3, "s", "old", "new", "count");
        var count = bound[3] is null or NoneValue ? -1 : Numbers.Argument(bound[3]!, "replace");
        var (text, old, replacement) = (Text(state, bound[0]!), Text(state, bound[1]!), Text(state, bound[2]!));
        if (!state.Escapes) return TextMethods.Replace(state, text.AsMarkup(false), old, replacement, count);
        if (!text.IsMarkup && (old.IsMarkup || replacement.IsMarkup)) text = Escaping.Escape(text);
        return TextMethods.Replace(state, text, old, text.IsMarkup ? Escaping.Escape(replacement) : replacement, count);
    }

    private static Value Indent(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "s", "width", "first", "blank");
        var text = TextMethods.Text(bound[0]!, "indent");
        var indention = bound[1] switch
        {
            null => "    ",
            TextValue given => given.Text,
            var width => new string(' ', Spaces(state, Numbers.Argument(width, "indent"))),
        };
        var blank = bound[3]?.IsTrue ?? false;
        var output = new TextBuilder();
        var lines = TextSplitting.Lines(state, text, keepEnds: false).Items;
        // A final line break makes a last, empty line: the filter adds one before it splits.
        if (text.Text.Length == 0 || PythonText.IsLineBreak(text.Text[^1])) lines = [.. lines, TextValue.Empty];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = (TextValue)lines[i];
            if (i > 0) output.Append("\n", state.Run);
            if (i == 0 ? bound[2]?.IsTrue ?? false : blank || line.IsTrue) output.Append(indention, state.Run);
            state.Charge(indention.Length + line.Text.Length);
            output.Append(line, state.Owner, prompt: false, generation: 0);
        }

        return output.ToValue(text.IsMarkup);
    }

    private static int Spaces(RenderState state, int width)
    {
        state.Charge(Math.Max(0, width));
        return Math.Max(0, width);
    }

    private static TextValue Center(RenderState state, Value?[] bound) =>
        TextPadding.Pad(state, Text(state, bound[0]!), bound[1] is { } width ? Numbers.Argument(width, "center") : 80, " ", TextPadding.Side.Both);

    private static Value Truncate(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "s", "length", "killwords", "end", "leeway");
        var length = bound[1] is { } given ? Numbers.Argument(given, "truncate") : 255;
        var end = bound[3] is { } mark ? TextMethods.Text(mark, "truncate") : TextValue.Of("...", state.Run);
        var leeway = bound[4] is null or NoneValue ? 5 : Numbers.AsDouble(bound[4]!) ?? throw EvaluationException.Runtime($"truncate: unsupported leeway of type {bound[4]!.TypeName}");
        if (length < end.Length) throw EvaluationException.Runtime($"expected length >= {end.Length}, got {length}");
        if (leeway < 0) throw EvaluationException.Runtime($"expected leeway >= 0, got {leeway}");
        if (bound[0]!.Length <= length + leeway) return bound[0]!;
        var text = TextMethods.Text(bound[0]!, "truncate");
        var kept = text.Slice(0, CodePoints.ToUnit(text.Text, length - end.Length));
        if (!(bound[2]?.IsTrue ?? false) && kept.Text.LastIndexOf(' ') is >= 0 and var space) kept = kept.Slice(0, space);
        return Arithmetic.Concatenate(state, kept, end);
    }

    private static int WordCount(string text)
    {
        var (count, inside) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var word = TextClasses.IsAlphanumeric(rune) || rune.Value == '_';
            if (word && !inside) count++;
            inside = word;
        }

        return count;
    }

    private static Value Format(RenderState state, Arguments arguments)
    {
        var format = Text(state, arguments.Positional[0]);
        if (arguments.Positional.Length > 1 && arguments.Named.Count > 0) throw EvaluationException.Runtime("can't handle positional and keyword arguments at the same time");
        Value values = arguments.Named.Count > 0
            ? MapValue.From(state, arguments.Named.Select(n => KeyValuePair.Create<Value, Value>(TextValue.Of(n.Key, state.Run), n.Value)))
            : new ListValue([.. arguments.Positional.Skip(1)], tuple: true);
        return PercentFormat.Apply(state, format, values);
    }
}
