using System.Buffers.Binary;
using System.Numerics;
using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>
/// A column that is read page by page from the file's bytes straight to values: most of a data set is texts, the library makes every one of them twice, and it
/// does not read all that other writers write. One page is in memory unpacked.
/// </summary>
internal sealed class ParquetPageColumn : ParquetColumn
{
    private readonly ParquetPages _pages;
    private readonly ParquetLeaf _leaf;
    private readonly ParquetValues _values;
    private int _left;
    private int _leftOfPage;
    private int _definition;
    private int _repetition;
    private ParquetRuns _definitions;
    private ParquetRuns _repetitions;
    private ParquetRuns _numbers;
    private bool _hasNumbers;
    private int _at;
    private int _end;
    private RowValue[] _dictionary = [];

    public ParquetPageColumn(ParquetPages pages, ParquetLeaf leaf, ParquetValues values)
    {
        (_pages, _leaf, _values, _left) = (pages, leaf, values, leaf.Entries);
        ReadLevels();
    }

    public override bool AtEnd => _left == 0;

    public override int Definition => !_leaf.HasDefinitions ? _leaf.Present : !AtEnd ? _definition : throw Short();

    public override int Repetition => AtEnd ? 0 : _repetition;

    public override void Skip()
    {
        if (AtEnd) throw Short();
        _left--;
        _leftOfPage--;
        ReadLevels();
    }

    public override RowValue Next()
    {
        if (AtEnd) throw Short();
        var value = Definition >= _leaf.Present ? NextValue() : RowValue.Null;
        Skip();
        return value;
    }

    public override void Dispose() => _pages.Dispose();

    /// <summary>Levels of the entry at the position.</summary>
    private void ReadLevels()
    {
        if (AtEnd) return;
        while (_leftOfPage == 0) BeginPage();
        if (_leaf.HasRepetitions) _repetition = _repetitions.Next();
        if (_leaf.HasDefinitions) _definition = _definitions.Next();
    }

    private void BeginPage()
    {
        var header = _pages.Next();
        if (header.Type == PageType.DICTIONARY_PAGE)
        {
            ReadDictionary(header);
            return;
        }

        if (header.Values > _left) throw new DataException($"a page has {header.Values} values where {_left} are left in its column.");
        (_leftOfPage, _at, _end) = (header.Values, 0, header.Unpacked);
        var isSecond = header.Type == PageType.DATA_PAGE_V2;
        if (_leaf.HasRepetitions) _repetitions = Levels(_leaf.MostRepetition, isSecond ? header.RepetitionBytes : null);
        if (_leaf.HasDefinitions && !isSecond && header.DefinitionEncoding != Encoding.RLE) throw new DataException($"definition levels in the encoding {header.DefinitionEncoding} are not read.");
        if (_leaf.HasDefinitions) _definitions = Levels(_leaf.MostDefinition, isSecond ? header.DefinitionBytes : null);
        if (isSecond) _at = header.RepetitionBytes + header.DefinitionBytes;
        _hasNumbers = header.Encoding is Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY;
        if (!_hasNumbers && !_values.Reads(header.Encoding)) throw new DataException($"a page has the encoding {header.Encoding}, which its column does not name.");
        if (!_hasNumbers) _values.Begin(_pages.Page, _at, _end, header.Encoding, header.Values);
        if (_hasNumbers && _at < _end) _numbers = new(_pages.Page, _at + 1, _end, _pages.Page[_at]);
        else if (_hasNumbers) _numbers = new(_pages.Page, _end, _end, 0);
    }

    private ParquetRuns Levels(int most, int? size)
    {
        var length = size ?? Length();
        if (length > _end - _at) throw Short();
        var start = _at;
        _at += length;
        return new(_pages.Page, start, _at, 32 - BitOperations.LeadingZeroCount((uint)most));
    }

    private void ReadDictionary(ParquetPageHeader header)
    {
        (_at, _end) = (0, header.Unpacked);
        // Every entry takes a byte at least.
        if (header.Values > _end) throw Short();
        _values.Begin(_pages.Page, _at, _end, Encoding.PLAIN, header.Values);
        _dictionary = new RowValue[header.Values];
        for (var i = 0; i < _dictionary.Length; i++) _dictionary[i] = _values.Next();
    }

    private RowValue NextValue()
    {
        if (!_hasNumbers) return _values.Next();
        var number = _numbers.Next();
        return (uint)number < (uint)_dictionary.Length ? _dictionary[number] : throw new DataException($"a value has the number {(uint)number} in a dictionary of {_dictionary.Length}.");
    }

    private int Length()
    {
        if (_end - _at < sizeof(int)) throw Short();
        var length = BinaryPrimitives.ReadInt32LittleEndian(_pages.Page.AsSpan(_at));
        _at += sizeof(int);
        return length >= 0 ? length : throw Short();
    }
}
