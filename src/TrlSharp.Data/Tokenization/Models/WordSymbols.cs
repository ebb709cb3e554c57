namespace TrlSharp.Tokenization.Models;

/// <summary>The symbols of a word before any merge: its bytes, each a symbol, or ids with lengths.</summary>
internal readonly ref struct WordSymbols
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<int> _ids;
    private readonly ReadOnlySpan<int> _lengths;

    /// <param name="bytes">The word.</param>
    /// <param name="byteSymbols">The symbol of each of the 256 bytes.</param>
    public WordSymbols(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> byteSymbols)
    {
        Count = bytes.Length;
        _bytes = bytes;
        _ids = byteSymbols;
    }

    /// <param name="ids">The symbols of the word.</param>
    /// <param name="lengths">Their lengths in bytes.</param>
    public WordSymbols(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        Count = ids.Length;
        _ids = ids;
        _lengths = lengths;
    }

    public int Count { get; }

    private bool AreBytes => _lengths.IsEmpty;

    /// <summary>Bytes of a symbol.</summary>
    public int Length(int symbol) => AreBytes ? 1 : _lengths[symbol];

    /// <summary>The first of the symbols before <paramref name="end"/> that have so many bytes.</summary>
    public int Back(int end, int bytes)
    {
        if (AreBytes) return end - bytes;
        while (bytes > 0) bytes -= _lengths[--end];
        return end;
    }

    /// <summary>Whether two ranges hold the same symbols.</summary>
    public bool AreAlike(Range one, Range other) => AreBytes
        ? _bytes[one].SequenceEqual(_bytes[other])
        : _ids[one].SequenceEqual(_ids[other]) && _lengths[one].SequenceEqual(_lengths[other]);

    /// <summary>Puts a range into a buffer and returns how many symbols it has.</summary>
    public int CopyTo(SymbolBuffer target, int start, int end)
    {
        var count = end - start;
        target.Reserve(count);
        if (!AreBytes)
        {
            _ids[start..end].CopyTo(target.Ids);
            _lengths[start..end].CopyTo(target.Lengths);
            return count;
        }

        var ids = target.Ids.AsSpan(0, count);
        var bytes = _bytes.Slice(start, ids.Length);
        for (var i = 0; i < ids.Length; i++) ids[i] = _ids[bytes[i]];
        target.Lengths.AsSpan(0, count).Fill(1);
        return count;
    }
}
