using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>
/// The low-rank addition to an embedding: row i becomes W[i] + scaling·(A[:, i]ᵀ·Bᵀ). With DoRA every column of that is brought to a trained length, as PEFT's <c>DoraEmbeddingLayer</c>
/// does. V rows, D columns, R rank, T tokens.
/// </summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="module">The embedding.</param>
/// <param name="a">[R, V]</param>
/// <param name="b">[D, R]</param>
/// <param name="magnitude">DoRA's lengths of the columns, [D]; null without DoRA.</param>
/// <param name="scaling">Factor.</param>
internal sealed class LoraEmbedding(LoraAdapter owner, Embedding module, Parameter a, Parameter b, Parameter? magnitude, double scaling) : IEmbeddingAddition
{
    public Embedding Module => module;

    public Parameter A => a;

    public Parameter B => b;

    public Parameter? Magnitude => magnitude;

    /// <summary>x, what the table gave for the tokens, plus what this adds: [T], [T, D] → [T, D].</summary>
    public Tensor Add(Tensor tokens, Tensor x)
    {
        if (!owner.IsApplied) return x;
        using var scope = NewDisposeScope();
        var low = Ops.Embedding(a.t(), tokens).matmul(b.t()) * Scalars.Of(scaling); // [T, D]
        if (magnitude is null) return x.Plus(low.to(x.dtype)).MoveToOuterDisposeScope(); // [T, D]

        Tensor lengths;
        using (no_grad()) lengths = ColumnLengths(); // [D], constant in the backward pass as the paper proposes (§4.3)
        return (magnitude / lengths * x.to(a.dtype).Plus(low)).to(x.dtype).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>The table with this in it: [V, D].</summary>
    public Tensor MergedWeight()
    {
        using var scope = NewDisposeScope();
        var merged = Sum(); // [V, D]
        if (magnitude is not null) merged = merged * (magnitude / ColumnLengths()); // [V, D]
        return merged.to(module.Weight.Value.dtype).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor ColumnLengths() => Sum().norm(0, keepdim: false); // [D]

    private Tensor Sum() => module.Weight.Value.to(a.dtype).Plus(b.matmul(a).t() * Scalars.Of(scaling)); // [V, D]
}
