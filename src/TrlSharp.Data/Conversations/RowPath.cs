using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>Paths such as <c>tool_calls[0].function.arguments</c>, as origins of rendered text carry them.</summary>
internal static class RowPath
{
    /// <summary>The value at a path, or null. Keys that hold dots or brackets are matched by trying the longest key first.</summary>
    public static RowValue? Find(RowValue value, string path)
    {
        if (path.Length == 0) return value;
        if (path[0] == '[')
        {
            var close = path.IndexOf(']', StringComparison.Ordinal);
            return value.Kind == RowValueKind.List && close > 0 && int.TryParse(path.AsSpan(1, close - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.Items.Count
                ? Find(value.Items[index], Rest(path, close + 1))
                : null;
        }

        if (value.Kind != RowValueKind.Map) return null;
        foreach (var (key, field) in value.Fields)
        {
            if (!path.StartsWith(key, StringComparison.Ordinal) || (path.Length > key.Length && path[key.Length] is not ('.' or '['))) continue;
            if (Find(field, Rest(path, key.Length)) is { } found) return found;
        }

        return null;
    }

    private static string Rest(string path, int at) => at < path.Length && path[at] == '.' ? path[(at + 1)..] : path[at..];
}
