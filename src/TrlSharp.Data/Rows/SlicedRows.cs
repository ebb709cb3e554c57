namespace TrlSharp.Rows;

/// <summary>Some rows of a source, by their numbers. Rows that cannot be read count, so that mending one moves no other.</summary>
/// <param name="all">The source.</param>
/// <param name="slice">Which rows.</param>
/// <param name="count">Counts all rows; called only where the slice depends on how many there are.</param>
internal sealed class SlicedRows(IRowSource all, SplitSlice slice, Func<long> count) : IRowSource
{
    public string Name => all.Name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null)
    {
        var rows = slice.NeedsCount ? count() : long.MaxValue;
        var (from, to) = (slice.From.Row(rows, 0), slice.To.Row(rows, rows));
        var number = 0L;
        foreach (var (row, fault) in Refusals.Interleave(all))
        {
            if (number >= to) yield break;
            if (number++ < from) continue;
            if (row is not null) yield return row;
            else if (onRefused is null) throw fault!;
            else onRefused(fault!);
        }
    }
}
