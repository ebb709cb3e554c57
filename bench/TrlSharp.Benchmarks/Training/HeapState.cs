using System.Runtime.InteropServices;

namespace TrlSharp.Benchmarks.Training;

/// <summary>What the C library's heap holds, in bytes (mallinfo2 of glibc 2.33 and later).</summary>
/// <param name="Used">Handed out and not given back.</param>
/// <param name="Free">Given back and kept.</param>
internal readonly partial record struct HeapState(long Used, long Free)
{
    public static HeapState Now()
    {
        var info = MallocInfo();
        return new((long)(info.Used + info.Mapped), (long)info.Free);
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial Info MallocInfo();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        public readonly nuint Arena, FreeChunks, FastChunks, MappedChunks, Mapped, HighestUsed, FreeFast, Used, Free, Top;
    }
}
