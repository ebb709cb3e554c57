using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>The low-rank addition to a linear module. T rows, I inputs, O outputs, R rank.</summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="module">The module.</param>
/// <param name="a">[R, I]</param>
/// <param name="b">[O, R]</param>
/// <param name="magnitude">DoRA's lengths of the rows, [O]; null without DoRA.</param>
/// <param name="bias">Of B, [O]; null for none.</param>
/// <param name="scaling">Factor on B·A and on the bias.</param>
internal sealed class LoraLinear(LoraAdapter owner, Linear module, Parameter a, Parameter b, Parameter? magnitude, Parameter? bias, double scaling) : ILinearAddition
{
    public Linear Module => module;

    public Parameter A => a;

    public Parameter B => b;

    public Parameter? Magnitude => magnitude;

    /// <summary>y, what the module gave for x, plus what this adds: [T, I], [T, O] → [T, O].</summary>
    public Tensor Add(Tensor x, Tensor y)
    {
        if (!owner.IsApplied) return y;
        using var scope = NewDisposeScope();
        var isDropping = owner.Model.TrainingSeed is not null && owner.Config.Dropout > 0;
        var kept = 1 - owner.Config.Dropout;
        var mask = isDropping ? empty(x.shape, dtype: ScalarType.Bool).bernoulli_(kept, owner.Model.Dropout).to(x.device) : null; // [T, I]
        if (magnitude is null) return LowRankProduct.AddTo(y, x, (a, b, bias), scaling, mask is null ? null : (mask, 1 / kept)).MoveToOuterDisposeScope(); // [T, O]

        var input = x.to(a.dtype); // [T, I]
        if (mask is not null) input = input * mask * Scalars.Of(1 / kept); // [T, I]
        var low = nn.functional.linear(nn.functional.linear(input, a), b) * Scalars.Of(scaling); // [T, O]
        var ratio = magnitude / RowLengths(); // [O]
        var direct = isDropping ? nn.functional.linear(input, module.OutputsByInputs().to(a.dtype)) : y - (module.Bias is { } own ? own.Value : 0); // [T, O]
        return y.Plus(((ratio - Scalars.Of(1L)) * direct).Plus(ratio * low).to(y.dtype)).MoveToOuterDisposeScope(); // [T, O]
    }

    /// <summary>Whether merging needs a bias of the base.</summary>
    public bool HasBias => bias is not null;

    /// <summary>The bias of the base with this in it; only where <see cref="HasBias"/>.</summary>
    public Tensor MergedBias()
    {
        using var scope = NewDisposeScope();
        var own = module.Bias!.Value; // [O]
        return own.to(a.dtype).Plus(bias! * Scalars.Of(scaling)).to(own.dtype).MoveToOuterDisposeScope(); // [O]
    }

    /// <summary>The weight with this in it, in the layout and type in which the module stores it.</summary>
    public Tensor MergedWeight()
    {
        using var scope = NewDisposeScope();
        var merged = Sum(); // [O, I]
        if (magnitude is not null) merged = merged * (magnitude / merged.norm(1, keepdim: false)).unsqueeze(1); // [O, I]
        return (module.IsTransposed ? merged.t() : merged).to(module.Weight.Value.dtype).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>‖W + scaling·B·A‖ of every row, without gradient as the paper proposes (§4.3): [O].</summary>
    private Tensor RowLengths()
    {
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        return Sum().norm(1, keepdim: false).MoveToOuterDisposeScope(); // [O]
    }

    private Tensor Sum() => module.OutputsByInputs().to(a.dtype).Plus(b.matmul(a) * Scalars.Of(scaling)); // [O, I]
}
