using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TrlSharp.Cache;

/// <summary>
/// The file of prepared sequences, little-endian:
/// <code>
/// magic "TRLSPREP" · version u32 · 0 u32
/// blocks: per sequence ids i32[n], then one byte per weight (an index into the palette), padded to 4; or f32[n] where the palette is full
/// entries: Entry[sequences]  ·  block index: Block[blocks]  ·  palette: f32[≤256]  ·  strings: JSON [files, notes]
/// footer: Footer, its last field the SHA-256 of everything behind the blocks and of the footer itself
/// </code>
/// A block carries its own hash, checked when it is first touched; the rest is checked on opening.
/// </summary>
internal static class PreparedFormat
{
    public const uint Version = 1;

    /// <summary>A block is closed by the sequence that brings it to this size.</summary>
    public const int BlockSize = 1 << 20;

    public const int HeaderSize = 16;

    /// <summary>"TRLSPREP".</summary>
    public static ulong Magic => MemoryMarshal.Read<ulong>("TRLSPREP"u8);

    /// <summary>Bytes of a sequence.</summary>
    public static long Size(Entry entry) => (4L * entry.Length) + (entry.Coded != 0 ? (entry.Length + 3L) & ~3L : 4L * entry.Length);

    /// <summary>The first 16 bytes of SHA-256.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>The first 16 bytes of SHA-256 over an index and its footer, the footer's own hash taken as 0.</summary>
    public static UInt128 Hash(IncrementalHash index, Footer footer)
    {
        footer.Hash = default;
        index.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<Footer>(ref footer)));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        index.GetHashAndReset(hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>Where a sequence lies and where it came from.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Entry
    {
        public long Offset;
        public long Line;
        public int Length;
        public int Part;
        public int File;
        public int Block;
        public int Unit;
        public int Coded;
    }

    /// <summary>A run of sequences that is hashed together.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Block
    {
        public long Offset;
        public long Length;
        public UInt128 Hash;
    }

    /// <summary>The last bytes of the file.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Footer
    {
        public long IndexOffset;
        public long Sequences;
        public long Blocks;
        public long Palette;
        public long StringsLength;
        public long Tokens;
        public UInt128 Hash;
    }
}
