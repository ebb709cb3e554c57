using TrlSharp.Conversations;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Conversations;

public sealed class ToolDefinitionTests
{
    [Theory]
    [InlineData("""[{"name":"f","parameters":{}}]""", """[{"type":"function","function":{"name":"f","parameters":{}}}]""", 1)]
    [InlineData("""[{"type":"function","name":"f","description":"d"}]""", """[{"type":"function","function":{"name":"f","description":"d"}}]""", 1)]
    [InlineData("""[{"type":"function","function":{"name":"f"}},{"name":"g","parameters":{}}]""", """[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g","parameters":{}}}]""", 1)]
    [InlineData("""[{"type":"function","function":{"name":"f"}}]""", null, 0)]
    [InlineData("""[{"name":"f","description":"d","parameter_definitions":{}}]""", null, 0)]
    [InlineData("""[{"type":"web_search","name":"web"}]""", null, 0)]
    [InlineData("""{"f":{}}""", null, 0)]
    public void Bare_definitions_get_the_documented_form_and_that_is_told(string given, string? wanted, int told)
    {
        var findings = new List<Finding>();
        Assert.Equal(wanted ?? given, ToolDefinitions.Wrapped(RowValue.Parse(given), findings)!.ToString());
        Assert.Equal(told, findings.Count(f => f.Fault == MaskFault.ToolsNormalised));
    }

    [Fact]
    public void No_tools_stay_no_tools() => Assert.Null(ToolDefinitions.Wrapped(null, []));
}
