using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>What an adapter does to an embedding. T tokens, D columns.</summary>
internal interface IEmbeddingAddition
{
    /// <summary>From the tokens and what the table gave for them to what the module gives: [T], [T, D] → [T, D].</summary>
    Tensor Add(Tensor tokens, Tensor x);
}
