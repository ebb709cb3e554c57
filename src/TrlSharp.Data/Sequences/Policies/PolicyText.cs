using System.Globalization;
using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>Policy settings written as text on a command line.</summary>
internal static class PolicyText
{
    /// <summary><c>("", "last"), ("thinking", "off"), ("on.no-stop", "warning")</c> → one map; the empty key becomes <c>policy</c>.</summary>
    public static RowValue ToMap(IEnumerable<(string Key, string Value)> settings)
    {
        var map = RowValue.MapOf();
        foreach (var (key, value) in settings) map = Put(map, key.Length == 0 ? "policy" : key, Scalar(value));
        return map;
    }

    /// <summary>JSON where it is JSON, a number where it is one, <c>on/true</c> and <c>off/false</c>, else the text itself.</summary>
    public static RowValue Scalar(string text)
    {
        if (text is "on" or "true") return RowValue.True;
        if (text is "off" or "false") return RowValue.False;
        if (text is "null") return RowValue.Null;
        if (text.StartsWith('[') || text.StartsWith('{'))
        {
            try
            {
                return RowValue.Parse(text);
            }
            catch (DataException e)
            {
                throw new ConfigException($"The value {text} begins like JSON but is none: {e.Message}", e);
            }
        }

        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return RowValue.Of(integer);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? RowValue.Of(real) : RowValue.Of(text);
    }

    private static RowValue Put(RowValue map, string key, RowValue value)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return map.With(key, value);
        var inner = map.Find(key[..dot]) is { Kind: RowValueKind.Map } found ? found : RowValue.MapOf();
        return map.With(key[..dot], Put(inner, key[(dot + 1)..], value));
    }
}
