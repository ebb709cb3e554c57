using TrlSharp.Rows;

namespace TrlSharp.Inspection;

/// <summary>The lines of an audit by row and part.</summary>
internal static class AuditLines
{
    public static Dictionary<string, string> Read(TextReader reader)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            line = line.TrimEnd(',');
            if (line.StartsWith("{\"header\":", StringComparison.Ordinal)) lines["header"] = line;
            else if (line.StartsWith("\"totals\":", StringComparison.Ordinal)) lines["totals"] = line;
            else if (line.StartsWith("{\"row\":", StringComparison.Ordinal)) lines[Key(line, lines)] = line;
            else if (line is not ("\"examples\":[" or "]")) throw new DataException($"This is no mask audit: it holds the line {(line.Length > 80 ? line[..80] + "…" : line)}");
        }

        return lines.Count > 0 ? lines : throw new DataException("The audit is empty.");
    }

    /// <summary>The fields of two lines that differ.</summary>
    public static string Describe(string first, string second)
    {
        if (!first.StartsWith("{\"row\":", StringComparison.Ordinal)) return "differs";
        var (a, b) = (RowValue.Parse(first), RowValue.Parse(second));
        var names = a.Fields.Select(f => f.Key).Union(b.Fields.Select(f => f.Key)).Where(k => a.Find(k)?.ToString() != b.Find(k)?.ToString());
        return string.Join("; ", names.Select(k => $"{k} {Short(a.Find(k))} → {Short(b.Find(k))}"));
    }

    private static string Key(string line, Dictionary<string, string> lines)
    {
        var value = RowValue.Parse(line);
        var key = value.Find("row")!.Text;
        if (value.Find("part") is { Kind: RowValueKind.Integer } part) return $"{key} example {part}";
        var number = 0;
        while (lines.ContainsKey($"{key} left out {number}")) number++;
        return $"{key} left out {number}";
    }

    private static string Short(RowValue? value)
    {
        var text = value?.ToString() ?? "nothing";
        return text.Length > 100 ? text[..100] + "…" : text;
    }
}
