using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Rotary;

/// <summary>
/// Rotary position embedding (Su and others, arXiv:2104.09864): pairs of channels of a head turn by position · frequency.
/// T tokens, S sequences, N heads, H head size, R rotated channels.
/// </summary>
/// <param name="size">R: the first R channels turn, the others stay.</param>
/// <param name="layout">Which channels form a pair.</param>
/// <param name="frequencies">From the length of a sequence to its frequencies, float32 [R/2]. Most kinds do not look at the length.</param>
/// <param name="dependsOnLength">Whether they do.</param>
/// <param name="magnitude">Factor on cosines and sines (YaRN's and LongRoPE's attention factor).</param>
/// <param name="restartAbove">The length above which keys that were rotated before are no longer valid (LongRoPE); null for none.</param>
internal sealed class RotaryEmbedding(
    int size, RotaryLayout layout, Func<int, Tensor> frequencies, bool dependsOnLength = false, double magnitude = 1, int? restartAbove = null)
{
    /// <summary>R.</summary>
    public int Size => size;

    public double Magnitude => magnitude;

    public bool DependsOnLength => dependsOnLength;

    public int? RestartAbove => restartAbove;

    /// <summary>Frequencies for a sequence of that length: [R/2].</summary>
    public Tensor Frequencies(int length) => frequencies(length);

    /// <summary>Cosines and sines, in the type of the activations; angles are float32, as in transformers.</summary>
    /// <param name="positions">int64 [T]</param>
    /// <param name="counts">Tokens of each sequence in this pass: [S].</param>
    /// <param name="lengths">Length of each sequence with its past: [S].</param>
    /// <param name="type">Type of the activations.</param>
    public RotaryTable Table(Tensor positions, IReadOnlyList<int> counts, IReadOnlyList<int> lengths, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var perToken = dependsOnLength
            ? cat([.. counts.Select((count, s) => frequencies(lengths[s]).unsqueeze(0).expand(count, -1))], 0) // [T, R/2]
            : frequencies(lengths[0]).unsqueeze(0); // [1, R/2]
        var angles = (positions.to(ScalarType.Float32).unsqueeze(1) * perToken.to(positions.device)).unsqueeze(1); // [T, 1, R/2]
        Tensor Scaled(Tensor t) => (magnitude == 1 ? t : t * Scalars.Of(magnitude)).to(type).MoveToOuterDisposeScope();
        return new(Scaled(angles.cos()), Scaled(angles.sin()));
    }

    /// <summary>Turns the heads of queries or keys: [T, N, H] → [T, N, H].</summary>
    public Tensor Apply(Tensor x, RotaryTable table)
    {
        if (Lanes.Handles(x) && table.Cos.dtype == x.dtype) return RotationKernel.Forward(x, table, size, layout);
        using var scope = NewDisposeScope();
        var channels = x.size(-1);
        var turned = channels == size ? x : x.narrow(-1, 0, size); // [T, N, R]
        var result = layout == RotaryLayout.Halves ? TurnHalves(turned, table) : TurnInterleaved(turned, table); // [T, N, R]
        if (channels != size) result = cat([result, x.narrow(-1, size, channels - size)], -1); // [T, N, H]
        return result.MoveToOuterDisposeScope();
    }

    private Tensor TurnHalves(Tensor x, RotaryTable table)
    {
        var (a, b) = (x.narrow(-1, 0, size / 2), x.narrow(-1, size / 2, size / 2)); // [T, N, R/2]
        return cat([a * table.Cos - b * table.Sin, (b * table.Cos).Plus(a * table.Sin)], -1); // [T, N, R]
    }

    private Tensor TurnInterleaved(Tensor x, RotaryTable table)
    {
        var pairs = x.unflatten(2, [size / 2, 2]); // [T, N, R/2, 2]
        var (a, b) = (pairs.select(-1, 0), pairs.select(-1, 1)); // [T, N, R/2]
        return stack([a * table.Cos - b * table.Sin, (b * table.Cos).Plus(a * table.Sin)], -1).flatten(2); // [T, N, R]
    }
}
