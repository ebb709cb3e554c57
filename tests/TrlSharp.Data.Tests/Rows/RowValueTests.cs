using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

public sealed class RowValueTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[1.0,1e16,-0.5,true,null,"é\n"],"big":123456789012345678901234567890}""")]
    [InlineData("""{"z":{"y":{}},"x":[]}""")]
    public void Json_reads_and_writes_back_with_order_and_number_kinds_kept(string json)
    {
        var value = RowValue.Parse(json);
        Assert.Equal(RowValue.Parse(value.ToString()).ToString(), value.ToString());
        Assert.Equal(json.IndexOf("\"b\"", StringComparison.Ordinal) < 0, value.Find("b") is null);
    }

    [Fact]
    public void Integers_stay_apart_from_reals_at_any_size()
    {
        var items = RowValue.Parse("[1, 1.0, 1e2, 99999999999999999999]").Items;
        Assert.Equal([RowValueKind.Integer, RowValueKind.Real, RowValueKind.Real, RowValueKind.Integer], items.Select(i => i.Kind));
        Assert.Equal(BigInteger.Parse("99999999999999999999", System.Globalization.CultureInfo.InvariantCulture), items[3].Integer);
        Assert.Equal("[1,1.0,100.0,99999999999999999999]", RowValue.List(items).ToString());
    }

    [Theory]
    [InlineData("""{"content":"a","content":"b"}""", "content")]
    [InlineData("""{"a":"\ud800"}""", "not valid Unicode")]
    [InlineData("""{"a":1""", "Malformed JSON at line 1")]
    [InlineData("""{"a":1} {"b":2}""", "")]
    [InlineData("", "Malformed")]
    public void Bad_json_is_refused_with_the_place(string json, string part)
    {
        var e = Assert.Throws<DataException>(() => RowValue.Parse(json));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }
}
