using static TorchSharp.torch;

namespace TrlSharp.Checkpoints;

/// <summary>The element types of the format (safetensors 0.7, <c>Dtype</c>), with their sizes and their names in libtorch.</summary>
internal static class SafetensorsDtype
{
    private static readonly Dictionary<string, (int Bits, ScalarType? Type)> Types = new(StringComparer.Ordinal)
    {
        ["BOOL"] = (8, ScalarType.Bool),
        ["F4"] = (4, null),
        ["F6_E2M3"] = (6, null),
        ["F6_E3M2"] = (6, null),
        ["U8"] = (8, ScalarType.Byte),
        ["I8"] = (8, ScalarType.Int8),
        ["F8_E5M2"] = (8, null),
        ["F8_E4M3"] = (8, null),
        ["F8_E8M0"] = (8, null),
        ["F8_E4M3FNUZ"] = (8, null),
        ["F8_E5M2FNUZ"] = (8, null),
        ["I16"] = (16, ScalarType.Int16),
        ["U16"] = (16, null),
        ["F16"] = (16, ScalarType.Float16),
        ["BF16"] = (16, ScalarType.BFloat16),
        ["I32"] = (32, ScalarType.Int32),
        ["U32"] = (32, null),
        ["F32"] = (32, ScalarType.Float32),
        ["C64"] = (64, ScalarType.ComplexFloat32),
        ["F64"] = (64, ScalarType.Float64),
        ["I64"] = (64, ScalarType.Int64),
        ["U64"] = (64, null),
    };

    /// <summary>Bits per element, or null for a type that the format does not have.</summary>
    public static int? Bits(string dtype) => Types.TryGetValue(dtype, out var entry) ? entry.Bits : null;

    /// <summary>The type in libtorch, or null where TorchSharp has none.</summary>
    public static ScalarType? ToScalarType(string dtype) => Types.TryGetValue(dtype, out var entry) ? entry.Type : null;

    /// <summary>The name in the format.</summary>
    public static string Of(ScalarType type) =>
        Types.First(entry => entry.Value.Type == type).Key;
}
