using System.Buffers.Binary;

namespace TrlSharp.Rows;

/// <summary>Unpacks LZ4 (lz4/lz4, lz4_Block_format.md): tokens of a literal run and a copy of what was written before.</summary>
internal static class Lz4Block
{
    private const int LeastCopy = 4;

    /// <summary>Fills <paramref name="target"/> with exactly what is packed. False when the block is damaged or holds another number of bytes.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        var (at, to) = (0, 0);
        while (at < packed.Length)
        {
            var token = packed[at++];
            if (!TryLength(packed, ref at, token >> 4, out var literals) || literals > packed.Length - at || literals > target.Length - to) return false;
            packed.Slice(at, literals).CopyTo(target[to..]);
            at += literals;
            to += literals;
            if (at == packed.Length) return to == target.Length;
            if (packed.Length - at < 2) return false;
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(packed[at..]);
            at += 2;
            if (!TryLength(packed, ref at, token & 0xF, out var length)) return false;
            length += LeastCopy;
            if (distance == 0 || distance > to || length > target.Length - to) return false;
            // A copy may reach into itself, which repeats it.
            if (distance >= length) target.Slice(to - distance, length).CopyTo(target[to..]);
            else for (var i = 0; i < length; i++) target[to + i] = target[to + i - distance];
            to += length;
        }

        return false;
    }

    /// <summary>The same in the frames of Hadoop: before every block its size unpacked and packed, the first byte the highest.</summary>
    public static bool TryUnpackFrames(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        const int Head = 2 * sizeof(uint);
        while (packed.Length >= Head)
        {
            var (size, length) = (BinaryPrimitives.ReadUInt32BigEndian(packed), BinaryPrimitives.ReadUInt32BigEndian(packed[sizeof(uint)..]));
            if (size > target.Length || length > packed.Length - Head || !TryUnpack(packed.Slice(Head, (int)length), target[..(int)size])) return false;
            packed = packed[(Head + (int)length)..];
            target = target[(int)size..];
        }

        return packed.IsEmpty && target.IsEmpty;
    }

    /// <summary>A length of 15 goes on in the bytes that follow, up to one that is not 255.</summary>
    private static bool TryLength(ReadOnlySpan<byte> packed, ref int at, int first, out int length)
    {
        length = first;
        if (first < 15) return true;
        while (at < packed.Length)
        {
            var more = packed[at++];
            length += more;
            if (length > 1 << 30) return false;
            if (more < 255) return true;
        }

        return false;
    }
}
