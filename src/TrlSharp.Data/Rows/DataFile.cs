using ZstdSharp;

namespace TrlSharp.Rows;

/// <summary>Opening data files: compression is found from the first bytes, faults of the disk or the archive become data faults with the file's name.</summary>
internal static class DataFile
{
    /// <summary>Read size; a line longer than this makes the buffer grow.</summary>
    public const int BlockSize = 1 << 18;

    /// <summary>The standard input, as a path.</summary>
    public const string StandardInput = "-";

    /// <summary>The file's bytes, unpacked when they are gzip or Zstandard.</summary>
    public static Stream OpenUnpacked(string path, ReadMeter? meter = null)
    {
        var file = path == StandardInput ? Metered(Console.OpenStandardInput(), meter) : OpenRaw(path, meter);
        try
        {
            var head = new byte[4];
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            Stream whole = file.CanSeek ? file : new PrefixedStream(head.AsMemory(0, read), file);
            if (file.CanSeek) file.Position = 0;
            return Unpack(whole, head.AsSpan(0, read));
        }
        catch (IOException e)
        {
            file.Dispose();
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The file as it is, for formats that seek.</summary>
    public static Stream OpenRaw(string path, ReadMeter? meter = null)
    {
        try
        {
            return Metered(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan), meter);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads into <paramref name="buffer"/>; a torn or corrupt archive becomes a <see cref="DataException"/> that names the file.</summary>
    public static int Read(Stream stream, Span<byte> buffer, string path)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw new DataException($"{path} is damaged or cut off: its compressed data does not unpack ({e.Message}). Fetch or pack the file again.", e);
        }
        catch (IOException e)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static Stream Metered(Stream stream, ReadMeter? meter) => meter is null ? stream : new MeteredStream(stream, meter);

    private static Stream Unpack(Stream stream, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])) return new WholeGzipStream(stream);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])) return new DecompressionStream(stream, leaveOpen: false);
        return stream;
    }
}
