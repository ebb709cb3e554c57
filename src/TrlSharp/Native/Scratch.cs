using System.Runtime.InteropServices;

namespace TrlSharp.Native;

/// <summary>Working memory of a kernel on one thread, handed out in pieces that begin on cache lines. Not cleared.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const nuint Line = 64;
    private readonly float* _memory;
    private readonly long _size;
    private long _used;

    /// <param name="size">Numbers of all pieces together, each rounded up to 16.</param>
    public Scratch(long size)
    {
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)size * sizeof(float), Line);
        _size = size;
    }

    ~Scratch() => Free();

    /// <summary>All of it, for who needs one piece again and again.</summary>
    public float* Memory => _memory;

    /// <summary>The next piece.</summary>
    public float* Take(long count)
    {
        var piece = _memory + _used;
        _used += Padded(count);
        if (_used > _size) throw new InvalidOperationException($"A kernel took {_used} numbers of working memory and asked for {_size}.");
        return piece;
    }

    /// <summary>What a piece of that many numbers takes.</summary>
    public static long Padded(long count) => (count + Lanes.Width - 1) / Lanes.Width * Lanes.Width;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free() => NativeMemory.AlignedFree(_memory);
}
