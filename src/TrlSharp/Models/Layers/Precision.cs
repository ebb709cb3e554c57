using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>Norms, softmaxes and routers of 16-bit models are computed in float32, those of wider models in their own type.</summary>
internal static class Precision
{
    public static ScalarType Wide(ScalarType type) => type is ScalarType.BFloat16 or ScalarType.Float16 ? ScalarType.Float32 : type;

    /// <summary>The tensor in the type in which such steps are computed.</summary>
    public static Tensor Widen(this Tensor x) => x.to(Wide(x.dtype));
}
