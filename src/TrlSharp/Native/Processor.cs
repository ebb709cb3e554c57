using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Native;

/// <summary>What the machine computes with, where that decides how.</summary>
internal static class Processor
{
    private const int Intel = 0x756e6547; // "Genu" of "GenuineIntel", in EBX of leaf 0

    /// <summary>Whether it is one of Intel's.</summary>
    public static bool IsIntel { get; } = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == Intel;
}
