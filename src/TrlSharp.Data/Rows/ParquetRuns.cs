namespace TrlSharp.Rows;

/// <summary>
/// Small numbers in runs of one value and in groups of eight packed into bits (parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid"),
/// one at a time: levels, and numbers of dictionary entries.
/// </summary>
internal struct ParquetRuns
{
    private readonly byte[] _bytes;
    private readonly int _end;
    private readonly int _width;
    private int _at;
    private long _left;
    private int _value;
    private bool _isPacked;
    private ulong _bits;
    private int _bitCount;

    /// <param name="bytes">What holds them.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="width">Bits of a number, 0 to 32.</param>
    public ParquetRuns(byte[] bytes, int start, int end, int width)
    {
        if (width is < 0 or > 32) throw new DataException($"numbers of {width} bits in a page.");
        (_bytes, _at, _end, _width) = (bytes, start, end, width);
    }

    /// <summary>The next number.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public int Next()
    {
        while (_left == 0) BeginRun();
        _left--;
        if (!_isPacked) return _value;
        while (_bitCount < _width)
        {
            _bits |= (ulong)Byte() << _bitCount;
            _bitCount += 8;
        }

        var value = (int)(_bits & ((1UL << _width) - 1));
        _bits >>= _width;
        _bitCount -= _width;
        return value;
    }

    private void BeginRun()
    {
        var head = 0u;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            if (shift > 28) throw Short();
            head |= (uint)(next & 0x7F) << shift;
            if (next < 0x80) break;
        }

        _isPacked = (head & 1) != 0;
        _left = _isPacked ? (long)(head >> 1) * 8 : head >> 1;
        (_bits, _bitCount, _value) = (0, 0, 0);
        if (!_isPacked)
            for (var i = 0; i < _width; i += 8) _value |= Byte() << i;
    }

    private byte Byte() => _at < _end ? _bytes[_at++] : throw Short();

    private static DataException Short() => new("levels or dictionary numbers of a page end too early.");
}
