using System.Buffers.Binary;
using System.Numerics;
using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>
/// A column of texts or bytes, read page by page from the file's bytes straight to values: most of a data set is texts, and the library makes every one of them
/// twice. One page is in memory unpacked.
/// </summary>
internal sealed class ParquetTextColumn : ParquetColumn
{
    private readonly ParquetPages _pages;
    private readonly ParquetLeaf _leaf;
    private readonly ParquetTexts _texts;
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

    public ParquetTextColumn(ParquetPages pages, ParquetLeaf leaf, bool isDeclared)
    {
        (_pages, _leaf, _texts, _left) = (pages, leaf, new(isDeclared), leaf.Entries);
        ReadLevels();
    }

    /// <summary>Whether a column can be read this way: texts or bytes in encodings and compressions that are read here.</summary>
    public static bool Reads(SchemaElement element, ColumnMetaData column, bool hasRepetitions) =>
        element.Type == Parquet.Meta.Type.BYTE_ARRAY && column.Type == Parquet.Meta.Type.BYTE_ARRAY && ParquetPages.Unpacks(column.Codec)
        && element.LogicalType is null or { DECIMAL: null, BSON: null, VARIANT: null, GEOMETRY: null, GEOGRAPHY: null } && element.ConvertedType is not (ConvertedType.DECIMAL or ConvertedType.BSON)
        && column.Encodings.TrueForAll(e => e is Encoding.PLAIN or Encoding.PLAIN_DICTIONARY or Encoding.RLE or Encoding.RLE_DICTIONARY || (e == Encoding.BIT_PACKED && !hasRepetitions));

    /// <summary>Whether the schema says that the bytes of a column are text.</summary>
    public static bool IsText(SchemaElement element) =>
        element.ConvertedType is ConvertedType.UTF8 or ConvertedType.JSON or ConvertedType.ENUM
        || element.LogicalType is { STRING: not null } or { JSON: not null } or { ENUM: not null };

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
        _hasNumbers = header.Encoding is Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY;
        if (!_hasNumbers && header.Encoding != Encoding.PLAIN) throw new DataException($"a page has the encoding {header.Encoding}, which its column does not name.");
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
        if (header.Values > _end / sizeof(int)) throw Short();
        _dictionary = new RowValue[header.Values];
        for (var i = 0; i < _dictionary.Length; i++) _dictionary[i] = PlainValue();
    }

    private RowValue NextValue()
    {
        if (!_hasNumbers) return PlainValue();
        var number = _numbers.Next();
        return (uint)number < (uint)_dictionary.Length ? _dictionary[number] : throw new DataException($"a value has the number {(uint)number} in a dictionary of {_dictionary.Length}.");
    }

    private RowValue PlainValue()
    {
        var length = Length();
        if (length > _end - _at) throw Short();
        var value = _texts.Of(_pages.Page.AsSpan(_at, length));
        _at += length;
        return value;
    }

    private int Length()
    {
        if (_end - _at < sizeof(int)) throw Short();
        var length = BinaryPrimitives.ReadInt32LittleEndian(_pages.Page.AsSpan(_at));
        _at += sizeof(int);
        return length >= 0 ? length : throw Short();
    }
}
