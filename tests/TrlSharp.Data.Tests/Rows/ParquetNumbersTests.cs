using Parquet.Meta;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

public sealed class ParquetNumbersTests
{
    [Theory]
    [InlineData(1_700_000_000_123_456_789, true, "2023-11-14T22:13:20.123456789Z")]
    [InlineData(1_700_000_000_123_456_700, true, "2023-11-14T22:13:20.1234567Z")]
    [InlineData(1, false, "1970-01-01T00:00:00.000000001")]
    [InlineData(-1, false, "1969-12-31T23:59:59.999999999")]
    [InlineData(-100, false, "1969-12-31T23:59:59.9999999")]
    public void Nanoseconds_of_a_moment_are_kept(long value, bool isUtc, string expected)
    {
        var element = new SchemaElement { Type = Parquet.Meta.Type.INT64, LogicalType = new() { TIMESTAMP = new() { Unit = new() { NANOS = new() }, IsAdjustedToUTC = isUtc } } };
        Assert.Equal(expected, ParquetNumbers.Meaning(element)!(value).Text);
    }

    [Theory]
    [InlineData(3_600_000_000_001, "01:00:00.000000001")]
    [InlineData(3_600_000_000_100, "01:00:00.0000001")]
    [InlineData(3_600_000_000_000, "01:00:00")]
    public void Nanoseconds_of_a_time_are_kept(long value, string expected)
    {
        var element = new SchemaElement { Type = Parquet.Meta.Type.INT64, LogicalType = new() { TIME = new() { Unit = new() { NANOS = new() } } } };
        Assert.Equal(expected, ParquetNumbers.Meaning(element)!(value).Text);
    }
}
