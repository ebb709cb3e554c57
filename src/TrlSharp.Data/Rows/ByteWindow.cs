namespace TrlSharp.Rows;

/// <summary>
/// A sliding window over a stream: the bytes not yet consumed, which grow on demand. Counts lines, so that any place in the window has a line number.
/// </summary>
internal sealed class ByteWindow(Stream stream, string path, int blockSize = DataFile.BlockSize) : IDisposable
{
    /// <summary>A row larger than this is a damaged file (a quote that never closes), not data.</summary>
    private const int Limit = 1 << 30;

    private byte[] _buffer = new byte[blockSize];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>1-based line on which the window starts.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Bytes of that line which lie before the window.</summary>
    public long BytesBefore { get; private set; }

    /// <summary>The unconsumed bytes read so far.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Reads more bytes behind the pending ones. False at the end of the stream.</summary>
    public bool Fill()
    {
        if (_ended) return false;
        if (_end == _buffer.Length) MakeRoom();
        var read = DataFile.Read(stream, _buffer.AsSpan(_end), path);
        _end += read;
        _ended = read == 0;
        return !_ended;
    }

    /// <summary>Drops <paramref name="count"/> bytes from the front.</summary>
    public void Advance(int count)
    {
        var gone = _buffer.AsSpan(_start, count);
        var newlines = gone.Count((byte)'\n');
        Line += newlines;
        BytesBefore = newlines == 0 ? BytesBefore + count : count - 1 - gone.LastIndexOf((byte)'\n');
        _start += count;
    }

    /// <summary>Drops the byte order mark of UTF-8; refuses the marks of other encodings.</summary>
    public void SkipByteOrderMark()
    {
        while (Pending.Length < 3 && Fill())
        {
        }

        if (Pending.StartsWith("\uFEFF"u8))
        {
            Advance(3);
            BytesBefore = 0;
        }
        else if (Pending.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || Pending.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
        {
            throw new DataException($"{path} is UTF-16 text; data files are read as UTF-8. Convert it, for example with: iconv -f UTF-16 -t UTF-8.");
        }
    }

    public void Dispose() => stream.Dispose();

    private void MakeRoom()
    {
        var length = _end - _start;
        if (length >= Limit)
            throw new DataException($"{path}:{Line}: one row is larger than {Limit >> 20} MiB; a quote or bracket is probably never closed.");
        var target = length > _buffer.Length / 2 ? new byte[Math.Min((long)_buffer.Length * 2, Limit)] : _buffer;
        Pending.CopyTo(target);
        (_buffer, _start, _end) = (target, 0, length);
    }
}
