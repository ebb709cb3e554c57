using TrlSharp.Packing;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>What the model saw in every run. Most recordings hold it; the others name rows that runs on the same data hold, or the run they equal.</summary>
internal sealed class TraceBatches(IReadOnlyList<TraceRun> runs)
{
    private readonly Dictionary<string, TraceRun> _runs = runs.ToDictionary(r => r.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, PackedRow>> _rows = KnownRows(runs);

    /// <summary>Micro-batches of every step.</summary>
    public IReadOnlyList<List<TraceBatch>> Of(TraceRun run)
    {
        if (run.OwnBatches[0][0].Rows.Count > 0) return run.OwnBatches;
        if (run.EqualTo is { } other) return Of(_runs[other]);
        return [.. run.OwnBatches.Select(step => step.Select(b => b with { Rows = [.. b.Numbers!.Select(n => _rows[run.DataKey][n])] }).ToList())];
    }

    /// <summary>The prepared rows that some run on the same data showed, by number.</summary>
    public IReadOnlyDictionary<int, PackedRow> Rows(TraceRun run) => _rows[run.DataKey];

    private static Dictionary<string, Dictionary<int, PackedRow>> KnownRows(IReadOnlyList<TraceRun> runs)
    {
        var known = new Dictionary<string, Dictionary<int, PackedRow>>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            if (!known.TryGetValue(run.DataKey, out var rows)) known[run.DataKey] = rows = [];
            foreach (var batch in run.OwnBatches.SelectMany(b => b).Where(b => b.Numbers?.Count == b.Rows.Count))
                for (var i = 0; i < batch.Rows.Count; i++) rows[batch.Numbers![i]] = batch.Rows[i];
        }

        return known;
    }
}
