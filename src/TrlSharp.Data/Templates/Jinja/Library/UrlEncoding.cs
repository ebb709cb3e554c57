using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>urlencode</c>.</summary>
internal static class UrlEncoding
{
    public static Value Apply(RenderState state, Value value)
    {
        if (value is BytesValue) throw EvaluationException.Refused("urlencode of bytes: decode them first");
        if (value is TextValue text) return Quote(state, text, form: false);
        if (value is not MapValue && !value.IsIterable) return Quote(state, state.Text(value), form: false);
        var pairs = value is MapValue map ? map.Entries.Select(e => (e.Key, e.Value)) : value.Iterate().Select(Pair);
        var output = new TextBuilder();
        foreach (var (key, item) in pairs)
        {
            if (output.Length > 0) output.Append("&", state.Run);
            output.Append(Quote(state, state.Text(key), form: true));
            output.Append("=", state.Run);
            if (key is BytesValue || item is BytesValue) throw EvaluationException.Refused("urlencode of bytes: decode them first");
            output.Append(Quote(state, state.Text(item), form: true));
        }

        return output.ToValue();
    }

    private static (Value Key, Value Value) Pair(Value item) =>
        item.Iterate().Take(3).ToList() is [var key, var value] ? (key, value) : throw EvaluationException.Runtime("urlencode expects pairs");

    /// <param name="state">Pays.</param>
    /// <param name="text">What is quoted.</param>
    /// <param name="form">As part of a form's fields: a space is +, and a slash is quoted too.</param>
    private static TextValue Quote(RenderState state, TextValue text, bool form)
    {
        const int CostOfCharacter = 16;
        var plain = text.AsMarkup(false);
        foreach (var rune in plain.Text.EnumerateRunes())
            if (!IsKept(rune, form)) state.Charge(CostOfCharacter);
        return plain.Map((rune, _) => IsKept(rune, form) ? rune.ToString() : form && rune.Value == ' ' ? "+" : Quoted(rune));
    }

    private static bool IsKept(Rune rune, bool form) =>
        rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '_' or '.' or '-' or '~' || (!form && rune.Value == '/'));

    private static string Quoted(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var count = rune.EncodeToUtf8(utf8);
        var quoted = new StringBuilder();
        foreach (var b in utf8[..count]) quoted.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        return quoted.ToString();
    }
}
