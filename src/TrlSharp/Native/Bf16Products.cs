using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Native;

/// <summary>How this machine multiplies bfloat16 matrices.</summary>
public static class Bf16Products
{
    private const int AmxBf16 = 1 << 22; // in EDX of leaf 7
    private const int Avx512Bf16 = 1 << 5; // in EAX of leaf 7, part 1

    /// <summary>
    /// Whether the processor has no full-rate bfloat16 arithmetic, so that products of bfloat16 numbers are faster through float32. Both ways multiply the same numbers exactly
    /// and add up in float32. A property of the processor and not a measurement, so that equal machines give equal results.
    /// </summary>
    public static bool GoThroughFloat32 { get; } = X86Base.IsSupported && !HasFastBf16();

    private static bool HasFastBf16()
    {
        if (X86Base.CpuId(0, 0).Eax < 7) return false;
        return (X86Base.CpuId(7, 0).Edx & AmxBf16) != 0 || ((X86Base.CpuId(7, 1).Eax & Avx512Bf16) != 0 && !Processor.IsIntel);
    }
}
