using System.Text.Json;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>A recorded micro-batch as packed rows: padding removed, the flattened row of a padding-free batch cut at its documents.</summary>
/// <param name="Rows">One per padded row, or a single one with all documents; none where the recording only refers to rows.</param>
/// <param name="Numbers">Their numbers in the prepared data set; null where the recording has none.</param>
internal sealed record TraceBatch(IReadOnlyList<PackedRow> Rows, IReadOnlyList<int>? Numbers)
{
    private const int Untrained = -100;

    public static TraceBatch Read(JsonElement batch)
    {
        var numbers = batch.TryGetProperty("rows", out var rows) && rows.ValueKind == JsonValueKind.Array ? rows.EnumerateArray().Select(r => r.GetInt32()).ToList() : null;
        if (!batch.TryGetProperty("input_ids", out _)) return new([], numbers);
        var tokens = Matrix(batch, "input_ids");
        var labels = Matrix(batch, "labels");
        if (!batch.TryGetProperty("cu_seq_lens_q", out var starts))
        {
            var masks = Matrix(batch, "attention_mask");
            return new([.. tokens.Select((t, i) => new PackedRow([Sequence(t, labels[i], 0, masks[i].Sum())]))], numbers);
        }

        var ends = starts.EnumerateArray().Select(s => s.GetInt32()).ToList();
        return new([new(ends.Zip(ends.Skip(1)).Select(span => Sequence(tokens[0], labels[0], span.First, span.Second)).ToList())], numbers);
    }

    /// <summary>The label of a document's first token never counts.</summary>
    private static TokenSequence Sequence(int[] tokens, int[] labels, int start, int end) => new()
    {
        Tokens = tokens[start..end],
        Weights = [.. labels[start..end].Select((label, t) => t > 0 && label != Untrained ? 1f : 0f)],
        Origin = new RowOrigin("trace", 1),
    };

    private static int[][] Matrix(JsonElement batch, string name) => [.. batch.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetInt32()).ToArray())];
}
