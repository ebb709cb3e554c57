using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>markupsafe's HTML escaping.</summary>
internal static class Escaping
{
    public static TextValue Escape(TextValue text) => text.IsMarkup ? text : text.Map((rune, _) => rune.Value switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => rune.ToString(),
    }).AsMarkup(true);

    /// <summary>The methods that markup has and text has not; null for others.</summary>
    public static FunctionValue? Method(TextValue text, string name) => name switch
    {
        "unescape" => new(name, (state, arguments) => { arguments.Bind(0); return TextValue.Of(HtmlEntities.Resolve(text.Text), state.Run); }),
        "striptags" => new(name, (state, arguments) => { arguments.Bind(0); return TextValue.Of(StripTags(text.Text), state.Run); }),
        "escape" => new(name, (state, arguments) => Escape(state.Text(arguments.Positions(1, 1)[0]!))),
        _ => null,
    };

    /// <summary>Text without tags and comments, entities resolved, white space collapsed (markupsafe's <c>striptags</c>).</summary>
    public static string StripTags(string markup)
    {
        var result = Without(Without(markup, "<!--", "-->"), "<", ">");
        var words = TextMethods.SplitWords(result).Select(w => result[w.Start..w.End]);
        return HtmlEntities.Resolve(string.Join(' ', words));
    }

    private static string Without(string text, string open, string close)
    {
        var kept = new System.Text.StringBuilder();
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is >= 0 and var start && text.IndexOf(close, start + open.Length, StringComparison.Ordinal) is >= 0 and var end)
        {
            kept.Append(text, at, start - at);
            at = end + close.Length;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }
}
