using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>How <see cref="ModelFolder.Load(string, ModelLoadOptions)"/> reads a folder.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Element type of weights and activations: float32, bfloat16, float16 or float64. Null takes what config.json names, else what is stored.</summary>
    public ScalarType? Dtype { get; init; }

    /// <summary>Where the model runs. Default: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Keys of config.json that are known not to change the result, although this library does not know them. Default: none.</summary>
    public IReadOnlyCollection<string> IgnoredConfigKeys { get; init; } = [];
}
