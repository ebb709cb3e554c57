using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>Which rows of a data set are looked at: by the number that messages show, or the first few.</summary>
/// <param name="wanted"><c>3</c>, <c>chats.jsonl:3</c>; empty for all.</param>
/// <param name="limit">At most so many.</param>
internal sealed class RowSelection(IReadOnlyList<string> wanted, int limit)
{
    /// <exception cref="ConfigException">A wanted row is not there.</exception>
    public IEnumerable<Row> Of(IRowSource source)
    {
        var open = wanted.ToHashSet(StringComparer.Ordinal);
        var faults = new List<DataException>();
        long read = 0;
        var taken = 0;
        foreach (var row in source.Read(open.Count == 0 ? null : faults.Add))
        {
            read++;
            if (wanted.Count > 0 && !(open.Remove(row.Origin.Line.ToString(CultureInfo.InvariantCulture)) | open.Remove(row.Origin.ToString()))) continue;
            yield return row;
            if (++taken >= limit || (wanted.Count > 0 && open.Count == 0)) yield break;
        }

        if (faults.Find(f => open.Any(w => f.Message.StartsWith($"{source.Name}:{w}:", StringComparison.Ordinal) || f.Message.StartsWith($"{w}:", StringComparison.Ordinal))) is { } unreadable) throw unreadable;
        if (open.Count > 0) throw new ConfigException($"{source.Name} has no row {string.Join(", ", open.Order(StringComparer.Ordinal))}; {read} rows were read. Rows are named by the number that messages show, the line of a .jsonl file.");
        if (taken == 0) throw new DataException($"{source.Name} holds no rows.");
    }
}
