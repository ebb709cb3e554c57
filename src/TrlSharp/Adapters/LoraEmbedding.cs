using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>The low-rank addition to an embedding: row i becomes W[i] + scaling·(A[:, i]ᵀ·Bᵀ). V rows, D columns, R rank, T tokens.</summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="module">The embedding.</param>
/// <param name="a">[R, V]</param>
/// <param name="b">[D, R]</param>
/// <param name="scaling">Factor.</param>
internal sealed class LoraEmbedding(LoraAdapter owner, Embedding module, Parameter a, Parameter b, double scaling) : IEmbeddingAddition
{
    public Embedding Module => module;

    public Parameter A => a;

    public Parameter B => b;

    /// <summary>x, what the table gave for the tokens, plus what this adds: [T], [T, D] → [T, D].</summary>
    public Tensor Add(Tensor tokens, Tensor x)
    {
        if (!owner.IsApplied) return x;
        using var scope = NewDisposeScope();
        var low = Ops.Embedding(a.t(), tokens).matmul(b.t()) * Scalars.Of(scaling); // [T, D]
        return x.Plus(low.to(x.dtype)).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>The table with this in it: [V, D].</summary>
    public Tensor MergedWeight()
    {
        using var scope = NewDisposeScope();
        return module.Weight.Value.to(a.dtype).Plus(b.matmul(a).t() * Scalars.Of(scaling)).to(module.Weight.Value.dtype).contiguous().MoveToOuterDisposeScope();
    }
}
