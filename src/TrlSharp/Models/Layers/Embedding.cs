using TrlSharp.Adapters;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>A table of vectors, and what adapters add to it. V rows, D columns, T tokens.</summary>
/// <param name="path">The module's path in transformers.</param>
/// <param name="weight">[V, D]</param>
/// <param name="paddingIndex">The row whose gradient is dropped, as <c>torch.nn.Embedding(padding_idx)</c> does; null for none.</param>
internal sealed class Embedding(string path, NamedParameter weight, int? paddingIndex) : IModule
{
    public string Path => path;

    public NamedParameter Weight { get; private set; } = weight;

    /// <summary>Additions, of all adapters.</summary>
    public List<IEmbeddingAddition> Adapters { get; } = [];

    public IEnumerable<(string Name, NamedParameter Parameter)> Parameters => [("weight", Weight)];

    public void Replace(string name, NamedParameter parameter) => Weight = parameter;

    /// <summary>int64 [T] → [T, D]</summary>
    public Tensor Forward(Tensor tokens)
    {
        var x = EmbeddingRows.Forward(Weight.Value, tokens, paddingIndex); // [T, D]
        if (Adapters.Count == 0) return x;
        using var scope = NewDisposeScope();
        foreach (var adapter in Adapters) x = adapter.Add(tokens, x); // [T, D]
        return x.MoveToOuterDisposeScope();
    }
}
