using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>
/// Rows of the embedding (and of the head, where that is the same tensor) that are trained whole while all others stay: the embeddings of new tokens
/// (<c>trainable_token_indices</c> of PEFT). T tokens, D columns, V rows, n trained rows.
/// </summary>
/// <param name="owner">The adapter that this belongs to.</param>
/// <param name="module">The embedding or the head.</param>
/// <param name="weight">[V, D] of the base.</param>
/// <param name="indices">The n tokens.</param>
/// <param name="rows">[n, D]: the new rows themselves, although the file calls them a delta.</param>
internal sealed class TrainedRows(LoraAdapter owner, IModule module, NamedParameter weight, IReadOnlyList<int> indices, Parameter rows) : IEmbeddingAddition, ILinearAddition
{
    public IModule Module => module;

    public NamedParameter Weight => weight;

    /// <summary>[T], [T, D] → [T, D]</summary>
    Tensor IEmbeddingAddition.Add(Tensor tokens, Tensor x)
    {
        if (!owner.IsApplied) return x;
        using var scope = NewDisposeScope();
        var places = new long[weight.Value.size(0)];
        Array.Fill(places, -1);
        for (var i = 0; i < indices.Count; i++) places[indices[i]] = i;
        var place = tensor(places, device: x.device).index_select(0, tokens); // [T]
        var trained = Ops.Embedding(rows, place.clamp_min(Scalars.Of(0L))).to(x.dtype); // [T, D]
        return where((place >= Scalars.Of(0L)).unsqueeze(1), trained, x).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>[T, D], [T, V] → [T, V]</summary>
    Tensor ILinearAddition.Add(Tensor x, Tensor y)
    {
        if (!owner.IsApplied) return y;
        using var scope = NewDisposeScope();
        var scores = nn.functional.linear(x.to(rows.dtype), rows).to(y.dtype); // [T, n]
        return y.index_copy(1, Indices(y.device), scores).MoveToOuterDisposeScope(); // [T, V]
    }

    /// <summary>The weight with the rows in it: [V, D].</summary>
    public Tensor MergedWeight() => weight.Value.detach().index_copy(0, Indices(weight.Value.device), rows.detach().to(weight.Value.dtype));

    private Tensor Indices(Device device) => tensor(indices.Select(i => (long)i).ToArray(), device: device); // [n]
}
