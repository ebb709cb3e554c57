using System.Buffers;

namespace TrlSharp.Rows;

/// <summary>JSON objects of a file whose ends are known, not yet parsed.</summary>
internal sealed class JsonBlock : RowBlock
{
    /// <summary>A block with so many bytes takes no further row; small enough to stay in a core's cache.</summary>
    private const int EnoughBytes = 1 << 16;

    private readonly List<Piece> _pieces = new(MostRows);
    private DataException? _last;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(EnoughBytes * 2);
    private int _length;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _pieces.Count == 0 && _last is null;

    /// <summary>Whether the next row belongs into another block.</summary>
    public bool IsFull => _pieces.Count == MostRows || _length >= EnoughBytes;

    /// <summary>Takes a copy of an object.</summary>
    /// <param name="utf8">Its bytes.</param>
    /// <param name="origin">The row.</param>
    /// <param name="line">1-based line of the file on which the bytes start.</param>
    /// <param name="bytesBefore">Bytes of that line before them.</param>
    public void Add(ReadOnlySpan<byte> utf8, RowOrigin origin, long line, long bytesBefore)
    {
        var end = checked(_length + utf8.Length);
        if (end > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(end);
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        utf8.CopyTo(_bytes.AsSpan(_length));
        _pieces.Add(new(_length, end, origin, line, bytesBefore));
        _length = end;
    }

    /// <summary>The file cannot be read any further.</summary>
    public void Break(DataException fault) => _last = fault;

    public override IEnumerable<(Row? Row, DataException? Fault)> Read()
    {
        foreach (var piece in _pieces) yield return Parse(piece);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        if (_last is not null) yield return (null, _last);
    }

    private (Row? Row, DataException? Fault) Parse(Piece piece)
    {
        try
        {
            return (RowJson.ParseRow(_bytes.AsSpan(piece.Start, piece.End - piece.Start), piece.Origin, piece.Line, piece.BytesBefore), null);
        }
        catch (DataException e)
        {
            return (null, e);
        }
    }

    private readonly record struct Piece(int Start, int End, RowOrigin Origin, long Line, long BytesBefore);
}
