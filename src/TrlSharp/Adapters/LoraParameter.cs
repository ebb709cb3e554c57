using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>
/// The low-rank addition to a parameter that holds the weights of all experts (<c>target_parameters</c>; PEFT's <c>ParamWrapper</c>): W[e] + scaling·B[e]·A[e], formed whole in every pass.
/// E experts, I inputs, O outputs, R rank.
/// </summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="target">[E, O, I], or [E, I, O] where <paramref name="isInputsFirst"/>.</param>
/// <param name="isInputsFirst">How a matrix is stored.</param>
/// <param name="a">[E·R, I]: the ranks of the first expert, then those of the next.</param>
/// <param name="b">[O, R·E]: the first rank of every expert, then the next.</param>
/// <param name="scaling">Factor on B·A.</param>
internal sealed class LoraParameter(LoraAdapter owner, NamedParameter target, bool isInputsFirst, Parameter a, Parameter b, double scaling)
{
    public NamedParameter Target => target;

    /// <summary>W, what earlier adapters made of the parameter, and this.</summary>
    public Tensor Add(Tensor weight) => owner.IsApplied ? weight.Plus(Delta().to(weight.dtype)) : weight; // as W

    /// <summary>The parameter with this in it, in its type.</summary>
    public Tensor MergedWeight()
    {
        using var scope = NewDisposeScope();
        return target.Value.to(a.dtype).Plus(Delta()).to(target.Value.dtype).MoveToOuterDisposeScope(); // as W
    }

    private Tensor Delta()
    {
        using var scope = NewDisposeScope();
        var experts = target.Value.size(0);
        var ranks = a.size(0) / experts;
        var into = a.view(experts, ranks, a.size(1)); // [E, R, I]
        var outOf = b.view(b.size(0), ranks, experts).permute(2, 0, 1); // [E, O, R]
        var delta = outOf.matmul(into) * Scalars.Of(scaling); // [E, O, I]
        return (isInputsFirst ? delta.transpose(1, 2) : delta).MoveToOuterDisposeScope();
    }
}
