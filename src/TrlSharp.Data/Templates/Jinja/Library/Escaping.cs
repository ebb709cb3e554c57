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

    /// <summary>Text without tags and comments, entities resolved, white space collapsed (markupsafe's <c>striptags</c>).</summary>
    public static string StripTags(string markup)
    {
        var result = markup;
        for (var start = result.IndexOf("<!--", StringComparison.Ordinal); start >= 0; start = result.IndexOf("<!--", StringComparison.Ordinal))
        {
            var end = result.IndexOf("-->", start, StringComparison.Ordinal);
            if (end < 0) break;
            result = result[..start] + result[(end + 3)..];
        }

        for (var start = result.IndexOf('<', StringComparison.Ordinal); start >= 0; start = result.IndexOf('<', StringComparison.Ordinal))
        {
            var end = result.IndexOf('>', start);
            if (end < 0) break;
            result = result[..start] + result[(end + 1)..];
        }

        var words = TextMethods.SplitWords(result).Select(w => result[w.Start..w.End]);
        return System.Net.WebUtility.HtmlDecode(string.Join(' ', words));
    }
}
