using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;
using Parquet.Data;

namespace TrlSharp.Rows;

/// <summary>A column as the library reads it, whole.</summary>
internal abstract class ParquetRawColumn(RawColumnData data, ParquetLeaf leaf) : ParquetColumn
{
    private readonly int _count = leaf.Entries;
    private readonly int _present = leaf.Present;
    private int _at;

    public override bool AtEnd => _at >= _count;

    public override int Definition => !leaf.HasDefinitions ? _present : !AtEnd ? data.DefinitionLevels[_at] : throw Short();

    public override int Repetition => leaf.HasRepetitions && !AtEnd ? data.RepetitionLevels[_at] : 0;

    public override void Skip() => _at++;

    public override RowValue Next()
    {
        var there = Definition >= _present;
        if (AtEnd) throw Short();
        _at++;
        return there ? NextValue() : RowValue.Null;
    }

    public override void Dispose() => data.Dispose();

    /// <summary>A reader for whatever type the file's column has.</summary>
    public static ParquetRawColumn Create(RawColumnData data, ParquetLeaf leaf, string path) => data switch
    {
        RawColumnData<ReadOnlyMemory<char>> d => new Typed<ReadOnlyMemory<char>>(d, leaf, v => RowValue.Of(v.ToString())),
        RawColumnData<ReadOnlyMemory<byte>> d => new Typed<ReadOnlyMemory<byte>>(d, leaf, v => OfBytes(v.Span)),
        RawColumnData<bool> d => new Typed<bool>(d, leaf, RowValue.Of),
        RawColumnData<int> d => new Typed<int>(d, leaf, v => Whole(v)),
        RawColumnData<long> d => new Typed<long>(d, leaf, v => Whole(v)),
        RawColumnData<short> d => new Typed<short>(d, leaf, v => Whole(v)),
        RawColumnData<sbyte> d => new Typed<sbyte>(d, leaf, v => Whole(v)),
        RawColumnData<byte> d => new Typed<byte>(d, leaf, v => Whole(v)),
        RawColumnData<ushort> d => new Typed<ushort>(d, leaf, v => Whole(v)),
        RawColumnData<uint> d => new Typed<uint>(d, leaf, v => Whole(v)),
        RawColumnData<ulong> d => new Typed<ulong>(d, leaf, v => Whole(v)),
        RawColumnData<BigInteger> d => new Typed<BigInteger>(d, leaf, Whole),
        RawColumnData<float> d => new Typed<float>(d, leaf, ParquetNumbers.Single),
        RawColumnData<double> d => new Typed<double>(d, leaf, RowValue.Of),
        RawColumnData<decimal> d => new Typed<decimal>(d, leaf, v => RowValue.Of((double)v)),
        RawColumnData<DateTime> d => new Typed<DateTime>(d, leaf, ParquetNumbers.Moment),
        RawColumnData<DateOnly> d => new Typed<DateOnly>(d, leaf, v => RowValue.Of(v.ToString("O", CultureInfo.InvariantCulture))),
        RawColumnData<TimeOnly> d => new Typed<TimeOnly>(d, leaf, v => RowValue.Of(v.ToString("O", CultureInfo.InvariantCulture))),
        RawColumnData<TimeSpan> d => new Typed<TimeSpan>(d, leaf, v => RowValue.Of(v.ToString("c", CultureInfo.InvariantCulture))),
        RawColumnData<Guid> d => new Typed<Guid>(d, leaf, v => RowValue.Of(v.ToString("D", CultureInfo.InvariantCulture))),
        _ => throw new NotSupportedException($"the column {path} holds values of the type {data.GetType().GenericTypeArguments.FirstOrDefault()?.Name ?? "unknown"}, which rows cannot hold. Leave it out of the file."),
    };

    /// <summary>The next of the values that are there; nulls take no place among them.</summary>
    private protected abstract RowValue NextValue();

    private static RowValue Whole(BigInteger value) => RowValue.Of(value);

    /// <summary>Bytes without a declared meaning: text when they are valid UTF-8, as old writers leave it; else Base64, the bytes of pictures for example.</summary>
    private static RowValue OfBytes(ReadOnlySpan<byte> bytes) => RowValue.Of(Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Convert.ToBase64String(bytes));

    private sealed class Typed<T>(RawColumnData<T> data, ParquetLeaf leaf, Func<T, RowValue> convert) : ParquetRawColumn(data, leaf)
        where T : struct
    {
        private int _value;

        private protected override RowValue NextValue() => _value < data.Values.Length ? convert(data.Values[_value++]) : throw Short();
    }
}
