using System.ComponentModel;
using TrlSharp.Templates;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Templates;

public sealed class ToolDefinitionTests
{
    private enum Unit
    {
        Celsius,
        Fahrenheit,
    }

    [Fact]
    public void A_method_becomes_the_schema_that_templates_read()
    {
        var tool = ToolDefinition.FromDelegate(GetWeather).ToRowValue().ToString();
        const string Expected = """
            {"type":"function","function":{"name":"GetWeather","description":"The weather of a place.","parameters":{"type":"object","properties":{
            "city":{"type":"string","description":"Name of the city."},"unit":{"type":"string","enum":["Celsius","Fahrenheit"]},"days":{"type":"integer"},
            "place":{"type":"object","properties":{"Latitude":{"type":"number","description":"Degrees north."},"Tags":{"type":"array","items":{"type":"string"}}},"required":["Latitude","Tags"]}},
            "required":["city","unit","place"]}}}
            """;
        // The default of a parameter is the caller's business; the order of parameters is the method's.
        var reordered = RowValue.Parse(Expected);
        Assert.True(reordered.ValueEquals(RowValue.Parse(tool)), tool);
    }

    [Fact]
    public void Names_come_from_methods_local_functions_or_the_caller()
    {
        static int Square(int x) => x * x;
        Assert.Equal("Square", ToolDefinition.FromDelegate(Square).Name);
        Assert.Equal("cube", ToolDefinition.FromDelegate((int x) => x * x * x, "cube").Name);
        var error = Assert.Throws<ConfigException>(() => ToolDefinition.FromDelegate((int x) => x));
        Assert.Contains("give", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_must_be_one_of_an_object()
    {
        Assert.Equal("f", ToolDefinition.FromSchema("f", "", """{"type": "object", "properties": {}}""").Name);
        Assert.Throws<ConfigException>(() => ToolDefinition.FromSchema("f", "", """{"type": "string"}"""));
        Assert.Throws<ConfigException>(() => ToolDefinition.FromSchema("f", "", "[1]"));
        Assert.Throws<ConfigException>(() => ToolDefinition.FromSchema("f", "", "{"));
    }

    [Fact]
    public void Templates_read_them()
    {
        var template = ChatTemplate.Parse(BuiltInTemplates.Find("chatml_tools")!);
        var request = new RenderRequest { Messages = [], Tools = ToolDefinition.List(ToolDefinition.FromSchema("f", "does it", """{"type": "object", "properties": {}}""")) };
        Assert.Contains("""{"type": "function", "function": {"name": "f", "description": "does it", "parameters": {"type": "object", "properties": {}}}}""", template.Render(request).Text, StringComparison.Ordinal);
    }

    [Description("The weather of a place.")]
    private static string GetWeather([Description("Name of the city.")] string city, Unit unit, Place place, int days = 3, CancellationToken stop = default) => $"{city}{unit}{place}{days}{stop}";

    private sealed record Place([property: Description("Degrees north.")] double Latitude, List<string> Tags);
}
