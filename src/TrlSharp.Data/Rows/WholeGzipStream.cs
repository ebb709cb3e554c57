using System.IO.Compression;

namespace TrlSharp.Rows;

/// <summary>
/// An unpacked gzip file that tells a whole file from one that was cut off, which <see cref="GZipStream"/> does not: there it just ends, and the rows behind are missing unseen. The
/// file gets one more member with a mark in it. Behind a whole file the mark is unpacked at the end; in a cut one it is taken for packed data, and does not appear.
/// </summary>
internal sealed class WholeGzipStream(Stream file) : ForwardStream(new GZipStream(new FollowedStream(file, Member), CompressionMode.Decompress))
{
    private static readonly byte[] Mark = Convert.FromHexString("9D6C1F0E52B7A84311F3C05E7A2B986D");
    private static readonly byte[] Member = Pack(Mark);

    private readonly byte[] _buffer = new byte[DataFile.BlockSize];
    private int _at;
    private int _end;
    private bool _atEnd;

    /// <exception cref="InvalidDataException">The file is damaged, cut off, or goes on with something that is no gzip.</exception>
    public override int Read(Span<byte> buffer)
    {
        // What may be the mark is held back.
        while (_end - _at <= Mark.Length && !_atEnd) Fill();
        var count = Math.Min(buffer.Length, _end - _at - (_atEnd ? 0 : Mark.Length));
        _buffer.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    private void Fill()
    {
        _buffer.AsSpan(_at.._end).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        var read = Inner.Read(_buffer.AsSpan(_end));
        _end += read;
        if (read > 0) return;
        if (!_buffer.AsSpan(0, _end).EndsWith(Mark)) throw new InvalidDataException("the gzip data end before they are complete, or something else follows them");
        _end -= Mark.Length;
        _atEnd = true;
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal)) gzip.Write(bytes);
        return memory.ToArray();
    }
}
