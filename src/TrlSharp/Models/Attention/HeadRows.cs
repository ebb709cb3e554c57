using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TrlSharp.Native;

namespace TrlSharp.Models.Attention;

/// <summary>The vectors of one head in one sequence, where they lie in a tensor of float32 or bfloat16. H elements a vector.</summary>
internal readonly unsafe struct HeadRows
{
    /// <summary>Vectors of a panel.</summary>
    public const int Panel = 64;

    /// <summary>Rows that are asked for ahead of the one that is read: they lie pages apart, where the processor does not look ahead by itself.</summary>
    private const int Ahead = 8;

    private const int Line = 64;

    private readonly byte* _first;
    private readonly nint _stride;
    private readonly int _size;
    private readonly bool _isWide;

    /// <param name="x">[T, N, H], contiguous in H.</param>
    /// <param name="token">The first token of the sequence.</param>
    /// <param name="head">0-based.</param>
    public HeadRows(in HeadMemory x, long token, int head)
    {
        _first = (byte*)x.Address + (((token * x.TokenStride) + (head * x.HeadStride)) * x.Bytes);
        (_stride, _size, _isWide) = ((nint)x.TokenStride * x.Bytes, x.Size, x.Bytes == sizeof(float));
    }

    /// <summary>H.</summary>
    public int Size => _size;

    /// <summary>Rows times a factor, as float32 with <paramref name="row"/> elements from one to the next; zeros follow a row that is shorter.</summary>
    public void CopyTo(float* to, int first, int count, int row, float factor = 1)
    {
        Fetch(first, Math.Min(Ahead, count));
        for (var i = 0; i < count; i++, to += row)
        {
            if (i + Ahead < count) Fetch(first + i + Ahead, 1);
            if (_isWide) Copy((float*)(_first + ((first + i) * _stride)), to, row, factor);
            else Copy((ushort*)(_first + ((first + i) * _stride)), to, row, factor);
        }
    }

    /// <summary>Rows times a factor into their place.</summary>
    public void Store(float* from, int first, int count, int row, float factor = 1)
    {
        for (var i = 0; i < count; i++, from += row)
        {
            if (_isWide) Put(from, (float*)(_first + ((first + i) * _stride)), factor);
            else Put(from, (ushort*)(_first + ((first + i) * _stride)), factor);
        }
    }

    /// <summary>All vectors as columns: panels [H, 64], one after another, the last one filled up with zeros.</summary>
    public void Transpose(float* panels, int count)
    {
        for (var start = 0; start < count; start += Panel, panels += (nint)Panel * _size)
        {
            var filled = Math.Min(Panel, count - start);
            if (filled < Panel) new Span<float>(panels, Panel * _size).Clear();
            Fetch(start + filled, Math.Min(Panel, count - start - filled));
            var first = _first + (start * _stride);
            if (_isWide) LaneTranspose.Run((float*)first, _stride / sizeof(float), panels, Panel, filled, _size);
            else LaneTranspose.Run((ushort*)first, _stride / sizeof(ushort), panels, Panel, filled, _size);
        }
    }

    /// <summary>Tells the processor that rows will be needed.</summary>
    public void Fetch(int first, int count)
    {
        if (!Sse.IsSupported) return;
        var length = _size * (_isWide ? sizeof(float) : sizeof(ushort));
        for (var i = 0; i < count; i++)
            for (var at = 0; at < length; at += Line) Sse.Prefetch0(_first + ((first + i) * _stride) + at);
    }

    /// <summary>Inner product of a row with <paramref name="x"/>, which is filled up with zeros to a multiple of 16.</summary>
    public float Dot(int index, float* x) => _isWide ? Dot((float*)(_first + (index * _stride)), x) : Dot((ushort*)(_first + (index * _stride)), x);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy<T>(T* from, float* to, int row, float factor)
        where T : unmanaged
    {
        var scale = Vector512.Create(factor);
        for (var i = 0; i < _size; i += Lanes.Width) Lanes.Store(Lanes.Load(from + i, _size - i) * scale, to + i, row - i);
        for (var i = (_size + Lanes.Width - 1) / Lanes.Width * Lanes.Width; i < row; i++) to[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Put<T>(float* from, T* to, float factor)
        where T : unmanaged
    {
        var scale = Vector512.Create(factor);
        for (var i = 0; i < _size; i += Lanes.Width) Lanes.Store(Vector512.Load(from + i) * scale, to + i, _size - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Dot<T>(T* from, float* x)
        where T : unmanaged
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < _size; i += Lanes.Width) sum = Vector512.FusedMultiplyAdd(Lanes.Load(from + i, _size - i), Vector512.Load(x + i), sum);
        return Vector512.Sum(sum);
    }
}
