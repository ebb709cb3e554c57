using TorchSharp;

namespace TrlSharp.Cli.Commands;

/// <summary>Element types under the names that config.json uses.</summary>
internal static class DtypeName
{
    /// <summary>Null for null and <c>auto</c>.</summary>
    /// <exception cref="ConfigException">The name is none.</exception>
    public static torch.ScalarType? Read(string? name) => name switch
    {
        null or "auto" => null,
        "float32" or "fp32" => torch.ScalarType.Float32,
        "bfloat16" or "bf16" => torch.ScalarType.BFloat16,
        "float16" or "fp16" => torch.ScalarType.Float16,
        _ => throw new ConfigException($"--dtype is {name}; wanted: auto, float32, bfloat16 or float16."),
    };
}
