using TorchSharp.Modules;

namespace TrlSharp.Adapters;

/// <summary>The tensors of an adapter and the modules that they belong to.</summary>
/// <param name="Linears">Additions to linear modules.</param>
/// <param name="Embeddings">Additions to embeddings.</param>
/// <param name="Experts">Additions to parameters that hold the weights of all experts.</param>
/// <param name="Rows">Trained rows of the embedding and the head.</param>
/// <param name="Copies">Trained copies of parameters of the base.</param>
/// <param name="Tensors">All of them under their names in an adapter file.</param>
internal sealed record LoraParts(
    IReadOnlyList<LoraLinear> Linears, IReadOnlyList<LoraEmbedding> Embeddings, IReadOnlyList<LoraParameter> Experts, IReadOnlyList<TrainedRows> Rows, IReadOnlyList<TrainedCopy> Copies, IReadOnlyList<(string Name, Parameter Value)> Tensors);
