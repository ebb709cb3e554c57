using System.Text;
using Snappier;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

/// <summary>Our Snappy against the library's, on what the library packs, on every form that the format allows, and on damage.</summary>
public sealed class SnappyBlockTests
{
    private const int Margin = 96;

    private static bool IsNightly => Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1";

    [Fact]
    public void What_the_library_packs_is_unpacked()
    {
        var random = new SeededRandom(11);
        for (var i = 0; i < 400; i++)
        {
            var bytes = Bytes(random, i < 200 ? i : random.Next(200_000));
            var (isSound, unpacked) = Unpack(Snappy.CompressToArray(bytes), bytes.Length);
            Assert.True(isSound);
            Assert.Equal(bytes, unpacked);
        }
    }

    /// <summary>Elements by chance: every size of literal, every kind of copy, overlapping ones too; the expected bytes are made beside them.</summary>
    [Fact]
    public void Every_element_of_the_format_is_unpacked()
    {
        var random = new SeededRandom(12);
        for (var i = 0; i < 500; i++)
        {
            var (packed, expected) = Elements(random, random.Next(120));
            var (isSound, unpacked) = Unpack(packed, expected.Length);
            Assert.True(isSound);
            Assert.Equal(expected, unpacked);
        }
    }

    /// <summary>Judged by the format, byte by byte; the library takes some blocks that go on past their size.</summary>
    [Fact]
    public void Damage_is_refused()
    {
        var random = new SeededRandom(13);
        var refused = 0;
        var count = IsNightly ? 1_000_000 : 5000;
        for (var i = 0; i < count; i++)
        {
            var (packed, sound) = Elements(random, 1 + random.Next(40));
            for (var k = random.Next(3); k >= 0; k--) packed[random.Next(packed.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) packed = packed[..random.Next(packed.Length + 1)];
            var (isSound, unpacked) = Unpack(packed, sound.Length);
            var expected = Reference(packed, sound.Length);
            Assert.Equal(expected is not null, isSound);
            if (isSound) Assert.Equal(expected, unpacked);
            else refused++;
        }

        Assert.InRange(refused, count / 10, count - (count / 10));
    }

    /// <summary>Unpacks into the middle of a buffer, whose rest must stay as it is.</summary>
    private static (bool IsSound, byte[] Unpacked) Unpack(byte[] packed, int length)
    {
        var buffer = Enumerable.Repeat((byte)0xA5, length + (2 * Margin)).ToArray();
        var isSound = SnappyBlock.TryUnpack(packed, buffer.AsSpan(Margin, length));
        Assert.Equal(-1, buffer.AsSpan(0, Margin).IndexOfAnyExcept((byte)0xA5));
        Assert.Equal(-1, buffer.AsSpan(Margin + length).IndexOfAnyExcept((byte)0xA5));
        return (isSound, buffer[Margin..^Margin]);
    }

    private static byte[]? Reference(ReadOnlySpan<byte> packed, int length)
    {
        var (size, at) = (0L, 0);
        for (var shift = 0; ; shift += 7)
        {
            if (at == packed.Length || shift > 28) return null;
            size |= (packed[at] & 0x7FL) << shift;
            if (packed[at++] < 0x80) break;
        }

        List<byte> unpacked = [];
        while (at < packed.Length)
        {
            var (tag, kind) = (packed[at] >> 2, packed[at++] & 3);
            var bytes = kind == 0 ? Math.Max(tag - 59, 0) : kind == 3 ? 4 : kind;
            if (bytes > packed.Length - at) return null;
            var number = 0L;
            for (var i = 0; i < bytes; i++) number |= (long)packed[at++] << (8 * i);
            var count = kind == 0 ? (bytes > 0 ? number : tag) + 1 : kind == 1 ? (tag & 7) + 4 : tag + 1;
            if (kind == 1) number |= (long)(tag >> 3) << 8;
            if (unpacked.Count + count > length || (kind == 0 ? count > packed.Length - at : number == 0 || number > unpacked.Count)) return null;
            for (var i = 0; i < count; i++) unpacked.Add(kind == 0 ? packed[at++] : unpacked[^(int)number]);
        }

        return size == length && unpacked.Count == length ? [.. unpacked] : null;
    }

    private static byte[] Bytes(SeededRandom random, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            if (random.Next(3) == 0) text.Append((char)('a' + random.Next(26)), 1 + random.Next(90));
            else if (random.Next(3) == 0) text.Append(text.ToString(0, Math.Min(text.Length, random.Next(300))));
            else text.Append((char)random.Next(128));
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static (byte[] Packed, byte[] Expected) Elements(SeededRandom random, int count)
    {
        List<byte> packed = [], expected = [];
        for (var i = 0; i < count; i++)
        {
            var kind = expected.Count == 0 ? 0 : random.Next(4);
            if (kind == 0) AddLiteral(random, packed, expected);
            else AddCopy(random, kind, packed, expected);
        }

        var head = new List<byte>();
        var length = (uint)expected.Count;
        for (; length >= 0x80; length >>= 7) head.Add((byte)(length | 0x80));
        return ([.. head, (byte)length, .. packed], [.. expected]);
    }

    private static void AddLiteral(SeededRandom random, List<byte> packed, List<byte> expected)
    {
        var length = 1 + random.Next(random.Next(6) == 0 ? 700 : 60);
        var size = length > 256 ? 2 + random.Next(3) : length > 60 || random.Next(8) == 0 ? 1 + random.Next(4) : 0;
        packed.Add((byte)((size == 0 ? length - 1 : 59 + size) << 2));
        for (var i = 0; i < size; i++) packed.Add((byte)((length - 1) >> (8 * i)));
        for (var i = 0; i < length; i++)
        {
            var letter = (byte)random.Next(256);
            packed.Add(letter);
            expected.Add(letter);
        }
    }

    private static void AddCopy(SeededRandom random, int kind, List<byte> packed, List<byte> expected)
    {
        var distance = 1 + random.Next(Math.Min(expected.Count, random.Next(3) == 0 ? 20 : kind == 1 ? 2047 : 65_535));
        var length = kind == 1 ? 4 + random.Next(8) : 1 + random.Next(64);
        packed.Add((byte)(kind == 1 ? ((distance >> 8) << 5) | ((length - 4) << 2) | 1 : ((length - 1) << 2) | kind));
        for (var i = 0; i < (kind == 1 ? 1 : kind == 2 ? 2 : 4); i++) packed.Add((byte)(distance >> (8 * i)));
        for (var i = 0; i < length; i++) expected.Add(expected[^distance]);
    }
}
