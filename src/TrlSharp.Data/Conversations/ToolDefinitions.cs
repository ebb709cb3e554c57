using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>
/// Tool definitions in the form that transformers documents for chat templates, <c>{"type": "function", "function": {…}}</c>. Data sets also hold the inner
/// object alone (<c>{"name": …, "parameters": …}</c>), which templates that read <c>tool.function</c> refuse.
/// </summary>
internal static class ToolDefinitions
{
    /// <param name="tools">A list, or null.</param>
    /// <param name="findings">Told when something was put around a definition.</param>
    public static RowValue? Wrapped(RowValue? tools, List<Finding> findings)
    {
        if (tools is not { Kind: RowValueKind.List, Items: var items }) return tools;
        var bare = items.Count(IsBare);
        if (bare == 0) return tools;
        findings.Add(new(MaskFault.ToolsNormalised, -1,
            $"{bare} of {items.Count} tool definitions {(bare == 1 ? "has" : "have")} no \"function\" around name and parameters; the template was given them as {{\"type\": \"function\", \"function\": …}}."));
        return RowValue.List([.. items.Select(t => IsBare(t) ? RowValue.MapOf(("type", RowValue.Of("function")), ("function", t.Without("type"))) : t)]);
    }

    /// <summary>The inner object alone, or with its type beside its name. Other shapes (built-in tools of a vendor) are left as they are.</summary>
    private static bool IsBare(RowValue tool) =>
        tool.Find("name") is { Kind: RowValueKind.String } && tool.Find("function") is null
        && tool.Find("type") is null or { Kind: RowValueKind.String, Text: "function" }
        && (tool.Find("parameters") is not null || tool.Find("description") is not null) && tool.Find("parameter_definitions") is null;
}
