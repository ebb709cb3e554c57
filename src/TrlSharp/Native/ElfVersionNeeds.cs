using System.Buffers.Binary;
using System.Text;

namespace TrlSharp.Native;

/// <summary>
/// Makes one symbol version that a shared library asks for optional, so that the library also loads where that version does not exist.
/// Works on the bytes of a 64-bit little-endian ELF image; layout: System V gABI and "Symbol Versioning" in the Linux Standard Base.
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint SectionDynamicSymbols = 11;
    private const uint SectionRelocations = 4;
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const uint SectionSymbolVersions = 0x6fffffff;
    private const ushort Weak = 2;
    private const ushort VersionMask = 0x7fff;

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

    /// <summary>
    /// Sets the weak flag on <paramref name="version"/>. Allowed only if every symbol of that version is <paramref name="marker"/> and nothing
    /// refers to it: then the version is a mere label and leaving it unresolved changes no code.
    /// </summary>
    /// <returns>False, with nothing changed, if the image does not ask for the version.</returns>
    /// <exception cref="NativeLibraryException">The image is not what this understands, or the version carries symbols that are really used.</exception>
    public static bool Weaken(Span<byte> image, string version, string marker)
    {
        try
        {
            var sections = ReadSections(image);
            var needs = sections.FirstOrDefault(s => s.Type == SectionVersionNeeds);
            if (needs.Type == 0 || FindNeed(image, sections, needs, version) is not { } entry) return false;
            var index = BinaryPrimitives.ReadUInt16LittleEndian(image[(entry + 6)..]);
            CheckOnlyMarkerUsesIt(image, sections, (ushort)(index & VersionMask), version, marker);
            image[entry + 4] |= (byte)Weak;
            return true;
        }
        catch (Exception damaged) when (damaged is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidOperationException)
        {
            throw new NativeLibraryException("libLibTorchSharp.so is damaged: its ELF tables point outside the file. Restore the package TorchSharp again.", damaged);
        }
    }

    private static List<Section> ReadSections(ReadOnlySpan<byte> image)
    {
        if (!image.StartsWith("\u007fELF\u0002\u0001"u8))
            throw new NativeLibraryException("libLibTorchSharp.so is not a 64-bit little-endian ELF file.");
        var table = BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]);
        var entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3A..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3C..]);
        var sections = new List<Section>(count);
        for (var i = 0; i < count; i++)
        {
            var header = image[checked((int)(table + (long)i * entrySize))..];
            sections.Add(new(
                BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..])));
        }

        return sections;
    }

    /// <summary>Offset of the Vernaux entry of <paramref name="version"/>: libraries (Verneed) form one linked list, each with a list of versions.</summary>
    private static int? FindNeed(ReadOnlySpan<byte> image, List<Section> sections, Section needs, string version)
    {
        var names = sections[(int)needs.Link].Offset;
        var library = checked((int)needs.Offset);
        for (var libraries = needs.Size; libraries > 0; libraries--)
        {
            var versions = BinaryPrimitives.ReadUInt16LittleEndian(image[(library + 2)..]);
            var entry = library + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(library + 8)..]);
            for (var i = 0; i < versions; i++)
            {
                if (NameAt(image, names + BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 8)..])) == version) return entry;
                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 12)..]);
            }

            var next = (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(library + 12)..]);
            if (next == 0) return null;
            library += next;
        }

        return null;
    }

    private static void CheckOnlyMarkerUsesIt(ReadOnlySpan<byte> image, List<Section> sections, ushort index, string version, string marker)
    {
        const int SymbolSize = 24;
        var symbols = sections.First(s => s.Type == SectionDynamicSymbols);
        var versions = sections.First(s => s.Type == SectionSymbolVersions);
        var names = sections[(int)symbols.Link].Offset;
        var labels = new HashSet<uint>();
        for (var i = 0; i < symbols.Size / SymbolSize; i++)
        {
            if ((BinaryPrimitives.ReadUInt16LittleEndian(image[(int)(versions.Offset + 2 * i)..]) & VersionMask) != index) continue;
            var name = NameAt(image, names + BinaryPrimitives.ReadUInt32LittleEndian(image[(int)(symbols.Offset + i * SymbolSize)..]));
            if (name != marker) throw new NativeLibraryException($"libLibTorchSharp.so needs the symbol {name} of {version}, which this machine's libstdc++ lacks. Update libstdc++ (GCC 13 or newer).");
            labels.Add((uint)i);
        }

        const int RelocationSize = 24;
        foreach (var relocations in sections.Where(s => s.Type == SectionRelocations))
            for (var offset = relocations.Offset; offset < relocations.Offset + relocations.Size; offset += RelocationSize)
                if (labels.Contains(BinaryPrimitives.ReadUInt32LittleEndian(image[(int)(offset + 12)..])))
                    throw new NativeLibraryException($"libLibTorchSharp.so uses {marker} of {version}, which this machine's libstdc++ lacks. Update libstdc++ (GCC 13 or newer).");
    }

    private static string NameAt(ReadOnlySpan<byte> image, long offset)
    {
        var bytes = image[checked((int)offset)..];
        return Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }
}
