using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Examples;

public sealed class ColumnMappingTests
{
    /// <summary>A misspelt name must not end in rows that are read by another column in silence.</summary>
    [Fact]
    public void A_row_without_any_mapped_column_is_refused_by_its_name()
    {
        ExampleReaderOptions Mapped(params (string Standard, string Actual)[] columns) => new() { Mapping = new() { Columns = columns.ToDictionary(c => c.Standard, c => c.Actual) } };
        const string Row = """{"messages":[{"role":"user","content":"x"}],"body":"b"}""";
        var fault = Assert.Throws<DataException>(() => Read(Row, Mapped(("text", "boddy"))));
        Assert.Contains("the column \"boddy\" is missing or null. Columns found: messages (list), body (string). Map the right one to \"text\"", fault.Message, StringComparison.Ordinal);
        Assert.Equal(RowFormat.Text, Read(Row, Mapped(("text", "body"))).Format);
        Assert.Equal(RowFormat.Text, Read(Row, Mapped(("text", "body"), ("prompt", "question"))).Format); // rows of other formats beside it
        Assert.Equal(RowFormat.Messages, Read(Row, Mapped(("system", "persona"))).Format); // only adds to a row
    }

    [Fact]
    public void Columns_roles_and_keys_can_be_mapped()
    {
        var mapping = new ColumnMapping
        {
            Columns = new Dictionary<string, string> { ["messages"] = "dialog" },
            RoleKey = "speaker",
            ContentKey = "says",
            Roles = new Dictionary<string, string> { ["kid"] = "user", ["critic"] = "critic" },
        };
        var chat = Assert.IsType<ConversationExample>(Read("""{"dialog":[{"speaker":"kid","says":"hi"},{"speaker":"critic","says":"bad"}],"text":"t"}""", new() { Mapping = mapping }).Examples[0]);
        Assert.Equal("""[{"role":"user","content":"hi"},{"role":"critic","content":"bad"}]""", RowValue.List(chat.Messages).ToString());
        Assert.Equal("""{"text":"t"}""", chat.Metadata!.ToString());
        var e = Assert.Throws<ConfigException>(() => new ExampleReader(new() { Mapping = new() { Columns = new Dictionary<string, string> { ["txt"] = "a", ["text"] = "a" } } }));
        Assert.Contains("\"txt\" is no standard column", e.Message, StringComparison.Ordinal);
        Assert.Contains("mapped to txt and text", e.Message, StringComparison.Ordinal);
        var ignored = new ColumnMapping { Ignored = new HashSet<string> { "label" } };
        Assert.Equal(RowFormat.Messages, Read("""{"messages":[{"role":"user","content":"x"}],"label":true}""", new() { Mapping = ignored }).Format);
    }

    private static RowExamples Read(string json, ExampleReaderOptions options) => new ExampleReader(options).Read(new(RowValue.Parse(json), new("rows.jsonl", 1)));
}
