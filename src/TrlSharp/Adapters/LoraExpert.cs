using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>
/// The share of one matrix of one expert in a low-rank addition to all experts (<see cref="LoraParameter"/>), for models that keep experts one by one where transformers has them in one
/// parameter. T rows, E experts, I inputs, O outputs of the parameter, n of the matrix, R rank.
/// </summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="module">The matrix, [n, I].</param>
/// <param name="a">[E·R, I]</param>
/// <param name="b">[O, R·E]</param>
/// <param name="place">Number of the expert, how many there are, and the first of its outputs: gates come before the others.</param>
/// <param name="scaling">Factor on B·A.</param>
internal sealed class LoraExpert(LoraAdapter owner, Linear module, Parameter a, Parameter b, (int Expert, int Count, long FirstOutput) place, double scaling) : ILinearAddition
{
    public Linear Module => module;

    /// <summary>[T, I], [T, n] → [T, n]</summary>
    public Tensor Add(Tensor x, Tensor y)
    {
        if (!owner.IsApplied) return y;
        using var scope = NewDisposeScope();
        return LowRankProduct.AddTo(y, x, (OwnA(), OwnB(), null), scaling, null).MoveToOuterDisposeScope(); // [T, n]
    }

    /// <summary>The weight with this in it: [n, I].</summary>
    public Tensor MergedWeight()
    {
        using var scope = NewDisposeScope();
        var weight = module.Weight.Value;
        return weight.to(a.dtype).Plus(OwnB().matmul(OwnA()) * Scalars.Of(scaling)).to(weight.dtype).MoveToOuterDisposeScope();
    }

    private long Rank => a.size(0) / place.Count;

    private Tensor OwnA() => a.narrow(0, place.Expert * Rank, Rank); // [R, I]

    private Tensor OwnB() => b.view(b.size(0), Rank, place.Count).select(2, place.Expert).narrow(0, place.FirstOutput, module.Weight.Value.size(0)); // [n, R]
}
