using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TrlSharp.Rows;

/// <summary>
/// Unpacks a block of Snappy (google/snappy, format_description.txt): literals, and copies of what was written before. A page of a data set is one block of
/// megabytes, hence one call: the loops are compiled at their best from the first, because calls so few would not make the runtime do it.
/// </summary>
internal static unsafe class SnappyBlock
{
    /// <summary>The longest copy; literals that fit into their tag are shorter.</summary>
    private const int MostShort = 64;

    /// <summary>An element of the fast loop may read and write this much past its end.</summary>
    private const int Slack = 2 * MostShort;

    private const int LengthAt = 32, AdvanceAt = 40, DistanceAt = 48, LiteralAt = 63;

    /// <summary>
    /// What the fast loop needs of each tag: the bits of the next four bytes that belong to the distance; length; bytes after the tag; what is added to the
    /// distance; and whether it is a literal. A literal has a distance that is never too short, and one whose size does not fit has one that always is.
    /// </summary>
    private static readonly ulong[] Tags = [.. Enumerable.Range(0, 256).Select(tag => Tag((uint)tag))];

    /// <summary>Fills <paramref name="target"/> with exactly what is packed. False when the block is damaged or holds another number of bytes.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        if (!TryReadLength(ref packed, out var length) || length != target.Length) return false;
        fixed (byte* input = packed, output = target)
        fixed (ulong* tags = Tags)
            return Unpack(input, input + packed.Length, output, output + target.Length, tags);
    }

    private static ulong Tag(uint tag)
    {
        var size = tag >> 2;
        return (tag & 3) switch
        {
            0 when size >= 60 => 1UL << LengthAt,
            0 => ((ulong)(size + 1) << LengthAt) | ((ulong)(size + 1) << AdvanceAt) | ((ulong)MostShort << DistanceAt) | (1UL << LiteralAt),
            1 => 0xFF | ((ulong)((size & 7) + 4) << LengthAt) | (1UL << AdvanceAt) | ((ulong)((size >> 3) << 8) << DistanceAt),
            2 => 0xFFFF | ((ulong)(size + 1) << LengthAt) | (2UL << AdvanceAt),
            _ => 0xFFFF_FFFF | ((ulong)(size + 1) << LengthAt) | (4UL << AdvanceAt),
        };
    }

    private static bool TryReadLength(ref ReadOnlySpan<byte> packed, out long length)
    {
        length = 0;
        for (var i = 0; i < 5 && i < packed.Length; i++)
        {
            length |= (packed[i] & 0x7FL) << (7 * i);
            if (packed[i] >= 0x80) continue;
            packed = packed[(i + 1)..];
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Unpack(byte* at, byte* end, byte* to, byte* last, ulong* tags)
    {
        var first = to;
        var (spareIn, spareOut) = (Math.Max(end - at - Slack, 0), Math.Max(last - to - Slack, 0));
        var (stopIn, stopOut) = ((ulong)(at + spareIn), (ulong)(to + spareOut));
        while (at < end)
        {
            if (!Step(ref at, end, first, ref to, last)) return false;
            if (to - first < MostShort) continue;

            // Literals and copies are the same move from different places: which comes next cannot be predicted, so nothing branches on it.
            while ((ulong)at < stopIn && (ulong)to < stopOut)
            {
                var tag = tags[*at];
                var length = (uint)(byte)(tag >> LengthAt);
                var distance = (Unsafe.ReadUnaligned<uint>(at + 1) & (uint)tag) + ((uint)(tag >> DistanceAt) & 0x7FFF);
                if (distance < length || distance > (ulong)(to - first)) break;
                at++;
                var back = (long)(to - distance);
                var from = (byte*)(back ^ ((back ^ (long)at) & ((long)tag >> LiteralAt)));
                Vector256.Store(Vector256.Load(from), to);
                if (length > MostShort / 2) Vector256.Store(Vector256.Load(from + (MostShort / 2)), to + (MostShort / 2));
                at += (byte)(tag >> AdvanceAt);
                to += length;
            }
        }

        return to == last;
    }

    /// <summary>One element with every check: near the ends, long literals, and copies that overlap what they write.</summary>
    private static bool Step(ref byte* at, byte* end, byte* first, ref byte* to, byte* last)
    {
        uint tag = *at++;
        var length = (tag >> 2) + 1;
        var size = (tag & 3) switch { 0 => length > 60 ? (int)length - 60 : 0, 3 => 4, var kind => (int)kind };
        if (size > end - at) return false;
        var number = 0u;
        for (var i = 0; i < size; i++) number |= (uint)*at++ << (8 * i);
        if ((tag & 3) == 0)
        {
            if (size > 0) length = number + 1;
            if (length == 0 || length > end - at || length > last - to) return false;
            Buffer.MemoryCopy(at, to, last - to, length);
            at += length;
            to += length;
            return true;
        }

        if ((tag & 3) == 1) (length, number) = (((tag >> 2) & 7) + 4, number | ((tag >> 5) << 8));
        if (number == 0 || number > to - first || length > last - to) return false;
        for (var i = 0u; i < length; i++) to[i] = (to - number)[i];
        to += length;
        return true;
    }
}
