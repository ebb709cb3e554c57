using System.Buffers.Binary;
using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>Texts or bytes, straight from the page: each is made once.</summary>
/// <param name="isDeclared">Whether the schema says that they are text.</param>
internal sealed class ParquetTextValues(bool isDeclared) : ParquetValues
{
    private readonly ParquetTexts _texts = new(isDeclared);
    private byte[] _page = [];
    private int _at;
    private int _end;
    private long[]? _lengths;
    private long[]? _shared;
    private int _next;
    private byte[] _last = [];
    private int _lastLength;

    public override bool Reads(Encoding encoding) => encoding is Encoding.PLAIN or Encoding.DELTA_LENGTH_BYTE_ARRAY or Encoding.DELTA_BYTE_ARRAY;

    public override void Begin(byte[] page, int at, int end, Encoding encoding, int most)
    {
        (_page, _at, _end, _lengths, _shared, _next, _lastLength) = (page, at, end, null, null, 0, 0);
        if (encoding == Encoding.PLAIN) return;
        var rest = new ReadOnlySpan<byte>(page, at, end - at);
        // A page of nothing but nulls may be empty.
        if (encoding == Encoding.DELTA_BYTE_ARRAY) _shared = rest.IsEmpty ? [] : ParquetDeltas.Read(ref rest, most);
        _lengths = rest.IsEmpty ? [] : ParquetDeltas.Read(ref rest, most);
        _at = end - rest.Length;
    }

    public override RowValue Next() => _lengths is null ? Plain() : _shared is null ? _texts.Of(Take(Length())) : Continued();

    private RowValue Plain()
    {
        if (_end - _at < sizeof(int)) throw Short();
        var length = BinaryPrimitives.ReadInt32LittleEndian(_page.AsSpan(_at));
        _at += sizeof(int);
        return _texts.Of(Take(length));
    }

    /// <summary>A text that begins like the one before.</summary>
    private RowValue Continued()
    {
        var shared = _next < _shared!.Length ? _shared[_next] : throw Short();
        if (shared < 0 || shared > _lastLength) throw new DataException($"a text begins with {shared} bytes of one that has {_lastLength}.");
        var rest = Take(Length());
        _lastLength = checked((int)shared + rest.Length);
        if (_last.Length < _lastLength) Array.Resize(ref _last, Math.Max(_lastLength, (int)Math.Min(_last.Length * 2L, Array.MaxLength)));
        rest.CopyTo(_last.AsSpan((int)shared));
        return _texts.Of(_last.AsSpan(0, _lastLength));
    }

    private long Length() => _next < _lengths!.Length ? _lengths[_next++] : throw Short();

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _end - _at) throw Short();
        _at += (int)length;
        return _page.AsSpan(_at - (int)length, (int)length);
    }
}
