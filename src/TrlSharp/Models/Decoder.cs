using TrlSharp.Models.Layers;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>The parts of a decoder-only model as a family puts them together. T tokens, D hidden size, V vocabulary.</summary>
internal sealed record Decoder
{
    /// <summary>int64 [T] → [T, D]</summary>
    public required Embedding Embedding { get; init; }

    /// <summary>Learned positions, added to the embeddings (GPT-2); null for none.</summary>
    public Embedding? Positions { get; init; }

    /// <summary>Factor on the embeddings (Gemma, Granite), rounded to their type first.</summary>
    public double EmbeddingScale { get; init; } = 1;

    public required IReadOnlyList<IBlock> Blocks { get; init; }

    /// <summary>[T, D] → [T, D]</summary>
    public required Func<Tensor, Tensor> FinalNorm { get; init; }

    /// <summary>[n, D] → [n, V]</summary>
    public required Linear Head { get; init; }

    /// <summary>Scaling or soft cap of the scores; null for none.</summary>
    public Func<Tensor, Tensor>? LogitTransform { get; init; }

    /// <summary>Lengths above which cached keys are no longer valid (LongRoPE); null for none.</summary>
    public int? RestartAbove { get; init; }
}
