using TrlSharp.Packing;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>One line of the benchmark.</summary>
/// <param name="Name">How it is chosen on the command line.</param>
/// <param name="Model">Sizes.</param>
/// <param name="Type">Element type of weights and activations.</param>
/// <param name="Rows">The rows of one step.</param>
internal sealed record TrainingCase(string Name, BenchmarkModel Model, ScalarType Type, Func<IReadOnlyList<PackedRow>> Rows)
{
    /// <summary>Rank of adapters on every linear map but the head; 0 trains all weights.</summary>
    public int Rank { get; init; }

    /// <summary>Whether layers are computed a second time in the backward pass.</summary>
    public bool Recomputes { get; init; }

    public static IReadOnlyList<TrainingCase> All { get; } =
    [
        .. Both("full-v32k", 32_000, v => BenchmarkRows.Full(4, 512, 1, v)),
        .. Both("full-v152k", 151_936, v => BenchmarkRows.Full(4, 512, 1, v)),
        .. Both("chat-v32k", 32_000, Chats),
        .. Both("chat-v152k", 151_936, Chats),
        .. Both("lora-v32k", 32_000, v => BenchmarkRows.Full(4, 512, 1, v)).Select(c => c with { Rank = 16 }),
        .. Both("recomputed-v32k", 32_000, v => BenchmarkRows.Full(4, 512, 1, v)).Select(c => c with { Recomputes = true }),
        new("tiny", BenchmarkModel.Tiny, ScalarType.Float32, () => BenchmarkRows.Chats(32, 56, 120, 0.1, BenchmarkModel.Tiny.Vocabulary)),
        .. new[] { 128, 256, 1024, 2048 }.SelectMany(length => Both($"length-{length}", 32_000, v => BenchmarkRows.Full(2048 / length, length, 1, v))),
        .. new[] { 10, 30, 60 }.SelectMany(share => Both($"trained-{share}", 32_000, v => BenchmarkRows.Full(4, 512, share / 100.0, v))),
        .. new[] { 1, 2, 8 }.SelectMany(rows => Both($"batch-{rows}", 32_000, v => BenchmarkRows.Full(rows, 512, 1, v))),
    ];

    private static IEnumerable<TrainingCase> Both(string name, int vocabulary, Func<int, IReadOnlyList<PackedRow>> rows) =>
        new[] { ScalarType.Float32, ScalarType.BFloat16 }.Select(type =>
            new TrainingCase($"{name}-{(type == ScalarType.Float32 ? "fp32" : "bf16")}", BenchmarkModel.Small(vocabulary), type, () => rows(vocabulary)));

    /// <summary>Sixteen multi-turn chats of the lengths of hh_rlhf, of which 60 % of the tokens are trained.</summary>
    private static IReadOnlyList<PackedRow> Chats(int vocabulary) => BenchmarkRows.Chats(16, 180, 512, 0.6, vocabulary);

    /// <summary>Floating-point operations that a step needs: two per weight and token forward, as many for each gradient, and attention.</summary>
    public double Operations(IReadOnlyList<PackedRow> rows)
    {
        var tokens = rows.Sum(r => (double)r.Length);
        var trained = rows.Sum(r => r.Sequences.Sum(s => s.Weights.Count(w => w > 0)));
        var attention = rows.Sum(r => r.Sequences.Sum(s => Model.AttentionOperations(s.Length)));
        var adapters = (double)Rank * Model.LayerWidths;
        var (layers, head) = Rank > 0 ? (4.0, 4.0) : (6.0, 6.0);
        return (tokens * ((layers * Model.LayerWeights) + (6 * adapters))) + (trained * head * Model.HeadWeights) + (3 * attention);
    }
}
