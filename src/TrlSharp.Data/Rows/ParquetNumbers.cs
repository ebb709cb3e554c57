using System.Globalization;
using System.Numerics;
using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace TrlSharp.Rows;

/// <summary>What the numbers of a column mean (parquet-format, LogicalTypes.md): whole numbers, reals, dates, times.</summary>
internal static class ParquetNumbers
{
    /// <summary>Rows hold a moment as text in ISO 8601; one without a time zone stays without.</summary>
    public static RowValue Moment(DateTime value) =>
        RowValue.Of((value.Kind == DateTimeKind.Local ? DateTime.SpecifyKind(value, DateTimeKind.Unspecified) : value).ToString("O", CultureInfo.InvariantCulture));

    /// <summary>A real number of half the size: the double whose text is the same.</summary>
    public static RowValue Single(float value) => RowValue.Of(double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    /// <summary>From the number in the file to a value; null for columns that hold something else.</summary>
    public static Func<long, RowValue>? Meaning(SchemaElement element) => element.Type switch
    {
        Type.BOOLEAN => v => RowValue.Of(v != 0),
        Type.FLOAT => v => Single(BitConverter.Int32BitsToSingle((int)v)),
        Type.DOUBLE => v => RowValue.Of(BitConverter.Int64BitsToDouble(v)),
        Type.INT32 => Whole(element) is { } meaning ? v => meaning((int)v) : null,
        Type.INT64 => Whole(element),
        _ => null,
    };

    private static Func<long, RowValue>? Whole(SchemaElement element)
    {
        var (logical, converted) = (element.LogicalType, element.ConvertedType);
        if (logical?.DECIMAL is not null || converted == ConvertedType.DECIMAL) return Decimal(logical?.DECIMAL?.Scale ?? element.Scale ?? 0);
        if (logical?.DATE is not null || converted == ConvertedType.DATE) return v => RowValue.Of(new DateOnly(1970, 1, 1).AddDays(checked((int)v)).ToString("O", CultureInfo.InvariantCulture));
        if (logical?.TIMESTAMP is { } moment) return Timestamp(Ticks(moment.Unit), moment.IsAdjustedToUTC);
        if (converted is ConvertedType.TIMESTAMP_MILLIS or ConvertedType.TIMESTAMP_MICROS) return Timestamp(converted == ConvertedType.TIMESTAMP_MILLIS ? 10_000 : 10, isUtc: true);
        if (logical?.TIME is { } time) return Time(Ticks(time.Unit));
        if (converted is ConvertedType.TIME_MILLIS or ConvertedType.TIME_MICROS) return Time(converted == ConvertedType.TIME_MILLIS ? 10_000 : 10);
        var isUnsigned = logical?.INTEGER is { IsSigned: false } || converted is ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32 or ConvertedType.UINT_64;
        if (!isUnsigned) return v => RowValue.Of((BigInteger)v);
        return element.Type == Type.INT32 ? v => RowValue.Of((BigInteger)(uint)v) : v => RowValue.Of((BigInteger)(ulong)v);
    }

    /// <summary>In units of 100 ns; 0 for nanoseconds.</summary>
    private static long Ticks(TimeUnit unit) => unit.MILLIS is not null ? 10_000 : unit.MICROS is not null ? 10 : 0;

    private static Func<long, RowValue> Timestamp(long ticks, bool isUtc)
    {
        var start = new DateTime(1970, 1, 1, 0, 0, 0, isUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified);
        if (ticks > 0) return v => Moment(start.AddTicks(checked(v * ticks)));
        return v =>
        {
            var (whole, rest) = Math.DivRem(v, 100);
            if (rest < 0) (whole, rest) = (whole - 1, rest + 100);
            return rest == 0 ? Moment(start.AddTicks(whole)) : RowValue.Of(start.AddTicks(whole).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + Last(rest) + (isUtc ? "Z" : ""));
        };
    }

    private static Func<long, RowValue> Time(long ticks) => v =>
    {
        var (whole, rest) = ticks > 0 ? (checked(v * ticks), 0) : Math.DivRem(v, 100);
        return RowValue.Of(rest == 0 ? new TimeSpan(whole).ToString("c", CultureInfo.InvariantCulture) : new TimeSpan(whole).ToString(@"hh\:mm\:ss\.fffffff", CultureInfo.InvariantCulture) + Last(rest));
    };

    /// <summary>The eighth and ninth digit of a second, which .NET's types do not hold.</summary>
    private static string Last(long nanoseconds) => nanoseconds.ToString("00", CultureInfo.InvariantCulture);

    private static Func<long, RowValue>? Decimal(int scale)
    {
        if (scale is < 0 or > 28) return null;
        var unit = 1m;
        for (var i = 0; i < scale; i++) unit *= 10;
        return v => RowValue.Of((double)(v / unit));
    }
}
