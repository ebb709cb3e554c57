using System.Buffers.Binary;
using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace TrlSharp.Rows;

/// <summary>Numbers and truth values of a fixed size; what they mean is the schema's affair.</summary>
/// <param name="type">How they lie in the file.</param>
/// <param name="convert">From a whole number, or the bits of a real one.</param>
internal sealed class ParquetNumberValues(Type type, Func<long, RowValue> convert) : ParquetValues
{
    private readonly int _size = type is Type.INT32 or Type.FLOAT ? sizeof(int) : sizeof(long);
    private byte[] _page = [];
    private int _at;
    private int _end;
    private Encoding _encoding;
    private long[] _numbers = [];
    private int _next;
    private ParquetRuns _runs;

    public override bool Reads(Encoding encoding) => encoding switch
    {
        Encoding.PLAIN => true,
        Encoding.RLE => type == Type.BOOLEAN,
        Encoding.DELTA_BINARY_PACKED => type is Type.INT32 or Type.INT64,
        _ => encoding == Encoding.BYTE_STREAM_SPLIT && type != Type.BOOLEAN,
    };

    public override void Begin(byte[] page, int at, int end, Encoding encoding, int most)
    {
        (_page, _at, _end, _encoding, _next) = (page, at, end, encoding, 0);
        if (encoding == Encoding.DELTA_BINARY_PACKED)
        {
            var rest = new ReadOnlySpan<byte>(page, at, end - at);
            _numbers = rest.IsEmpty ? [] : ParquetDeltas.Read(ref rest, most);
        }

        if (encoding != Encoding.RLE) return;
        var length = end - at >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(at)) : 0;
        if (length < 0 || length > Math.Max(0, end - at - sizeof(int))) throw Short();
        _runs = new(page, end - at >= sizeof(int) ? at + sizeof(int) : end, end - at >= sizeof(int) ? at + sizeof(int) + length : end, 1);
    }

    public override RowValue Next() => convert(_encoding switch
    {
        Encoding.RLE => _runs.Next(),
        Encoding.DELTA_BINARY_PACKED => _next < _numbers.Length ? _numbers[_next++] : throw Short(),
        Encoding.BYTE_STREAM_SPLIT => Scattered(),
        _ => type == Type.BOOLEAN ? Bit() : Plain(),
    });

    private long Bit()
    {
        var at = _at + (_next >> 3);
        return at < _end ? (_page[at] >> (_next++ & 7)) & 1 : throw Short();
    }

    private long Plain()
    {
        if (_end - _at < _size) throw Short();
        var bytes = _page.AsSpan(_at, _size);
        _at += _size;
        return _size == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>The first bytes of all numbers lie together, behind them all second ones, and so on.</summary>
    private long Scattered()
    {
        var count = (_end - _at) / _size;
        if (_next >= count) throw Short();
        var bits = 0L;
        for (var i = 0; i < _size; i++) bits |= (long)_page[_at + (i * count) + _next] << (8 * i);
        _next++;
        return _size == sizeof(int) ? (int)bits : bits;
    }
}
