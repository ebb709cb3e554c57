using System.Numerics;
using System.Runtime.CompilerServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Bits that say of most pairs without a merge that they have none: small enough for the processor's cache, where <see cref="MergeTable"/> is not.
/// </summary>
internal sealed class PairFilter
{
    private const int BitsPerMerge = 6;
    private const ulong Mixer = 0xD6E8FEB86659FD93;

    private readonly ulong[] _bits;
    private readonly int _shift;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PairFilter(MergeTable merges)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, merges.Count * BitsPerMerge));
        (_bits, _shift) = (new ulong[size / 64], 64 - BitOperations.Log2(size));
        foreach (var (left, right) in merges.Pairs)
        {
            var bit = Bit(left, right);
            _bits[bit >> 6] |= 1UL << (int)bit;
        }
    }

    /// <summary>False: the pair does not merge. True: it may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayMerge(int left, int right)
    {
        var bit = Bit(left, right);
        return (_bits[bit >> 6] & (1UL << (int)bit)) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Bit(int left, int right) => (uint)(((((ulong)(uint)left << 21) | (uint)right) * Mixer) >> _shift);
}
