using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>Activation functions under the names of transformers' <c>ACT2FN</c>.</summary>
internal static class Activations
{
    /// <exception cref="ModelFolderException">The name is unknown; the message lists the known ones.</exception>
    public static Func<Tensor, Tensor> Find(ConfigReader config, string key, string? fallback = null) => config.Text(key, fallback) switch
    {
        "silu" or "swish" => Silu,
        "gelu" or "gelu_python" => ExactGelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_python_tanh" => TanhGelu,
        "relu" => x => nn.functional.relu(x),
        "relu2" => SquaredRelu,
        "quick_gelu" => QuickGelu,
        "mish" => Mish,
        "tanh" => x => x.tanh(),
        "sigmoid" => x => x.sigmoid(),
        "linear" => x => x,
        _ => throw config.Wrong(key, "silu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, relu2, mish, tanh, sigmoid or linear"),
    };

    /// <summary>act(a) ⊙ b: [T, F], [T, F] → [T, F]</summary>
    public static Tensor Gate(Func<Tensor, Tensor> activation, Tensor a, Tensor b)
    {
        if (activation == Silu && Lanes.Handles(a) && a.dtype == b.dtype) return SwiGluKernel.Forward(a, b);
        using var scope = NewDisposeScope();
        return (activation(a) * b).MoveToOuterDisposeScope(); // [T, F]
    }

    /// <summary>x / (1 + e^-x) (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    public static Tensor Silu(Tensor x) => nn.functional.silu(x);

    /// <summary>x·Φ(x) (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    public static Tensor ExactGelu(Tensor x) => x.gelu();

    /// <summary>The approximation of it through tanh.</summary>
    public static Tensor TanhGelu(Tensor x) => x.gelu(GELU.Approximate.tanh);

    /// <summary>x·σ(1.702·x) (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    private static Tensor QuickGelu(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x * (x * Scalars.Of(1.702)).sigmoid()).MoveToOuterDisposeScope(); // as x
    }

    /// <summary>x·tanh(ln(1 + eˣ)) (Misra, arXiv:1908.08681).</summary>
    private static Tensor Mish(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x * x.Softplus().tanh()).MoveToOuterDisposeScope(); // as x
    }

    /// <summary>max(x, 0)² (So and others, arXiv:2109.08668).</summary>
    private static Tensor SquaredRelu(Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.relu(x).Squared().MoveToOuterDisposeScope(); // as x
    }
}
