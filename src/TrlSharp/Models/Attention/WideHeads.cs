using TrlSharp.Native;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Queries and results of attention over bfloat16 caches in float32: even channels of a query before its odd ones, as they come out of a cache in pairs. n heads, H channels of keys, V of
/// values.
/// </summary>
internal sealed unsafe class WideHeads : IDisposable
{
    private readonly Scratch _scratch;
    private readonly long _results;

    /// <param name="query">bfloat16 [n, H], H even.</param>
    /// <param name="heads">n.</param>
    /// <param name="keySize">H.</param>
    /// <param name="valueSize">V.</param>
    public WideHeads(nint query, int heads, int keySize, int valueSize)
    {
        _results = (long)heads * valueSize;
        _scratch = new(Scratch.Padded((long)heads * keySize) + Scratch.Padded(_results));
        Query = _scratch.Take((long)heads * keySize);
        Result = _scratch.Take(_results);
        var (from, to, half) = (query, (nint)Query, keySize / 2);
        for (var head = 0; head < heads; head++, from += keySize * sizeof(ushort), to += keySize * sizeof(float))
            for (var i = 0; i < keySize; i++) ((float*)to)[(i % 2 * half) + (i / 2)] = Lanes.Scalar((ushort*)from + i);
    }

    /// <summary>[n, H]</summary>
    public float* Query { get; }

    /// <summary>[n, V], to be written.</summary>
    public float* Result { get; }

    /// <summary>The results as bfloat16.</summary>
    public void Round(nint target)
    {
        for (long i = 0; i < _results; i += Lanes.Width) Lanes.Store(Lanes.Load(Result + i, _results - i), (ushort*)target + i, _results - i);
    }

    public void Dispose() => _scratch.Dispose();
}
