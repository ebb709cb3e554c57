using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>What an adapter does to a linear module. T rows, I inputs, O outputs.</summary>
internal interface ILinearAddition
{
    /// <summary>From the input and what the weight gave for it to what the module gives: [T, I], [T, O] → [T, O].</summary>
    Tensor Add(Tensor x, Tensor y);
}
