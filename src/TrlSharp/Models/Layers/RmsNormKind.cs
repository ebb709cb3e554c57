namespace TrlSharp.Models.Layers;

/// <summary>What an RMS norm does with its weight. In float32 the first two are the same.</summary>
internal enum RmsNormKind
{
    /// <summary>Normalise in float32, round to the type of the input, multiply: Llama and most others.</summary>
    ScaleInInputType,

    /// <summary>Normalise and multiply in float32, round last: OLMo 2 and 3.</summary>
    ScaleInFloat32,

    /// <summary>Multiply by 1 + w in float32, round last: Gemma, Qwen3-Next.</summary>
    UnitOffset,
}
