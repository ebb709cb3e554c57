using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Tool calls and tool definitions of any shape.</summary>
internal sealed class ToolCallReader(ToolArguments arguments)
{
    /// <summary>Brings the calls of a message to <c>tool_calls</c>, wherever its dialect keeps them.</summary>
    public void Complete(MessageDraft message)
    {
        if (message.Role == RoleNames.FunctionCall)
        {
            var content = message.Find("content") is { Kind: RowValueKind.String } text
                ? text.Text
                : throw message.Place.Refuse("a function_call message holds no string with the call.");
            message.SetRole("assistant");
            message.Set("content", RowValue.Of(""));
            message.Set("tool_calls", RowValue.List(FromText(message.Place, content)));
        }

        if (message.Find("function_call") is { } old)
        {
            if (message.Find("tool_calls") is not null) throw message.Place.Refuse("it has both \"tool_calls\" and \"function_call\". Keep one of the two.");
            if (old.Kind != RowValueKind.Map || old.Find("name") is null) throw message.Place.Refuse("its \"function_call\" is not an object with a name.");
            message.Remove("function_call");
            message.Set("tool_calls", RowValue.List(Wrapped(old)));
        }

        if (message.Find("tool_calls") is { } calls) message.Set("tool_calls", ReadCalls(message.Place, calls));
    }

    /// <summary>Calls written as JSON text: <c>{"name": …, "arguments": …}</c> or a list of such.</summary>
    public static List<RowValue> FromText(MessageReader.MessagePlace place, string text)
    {
        try
        {
            var value = RowValue.Parse(text);
            var calls = value.Kind == RowValueKind.List ? value.Items : [value];
            if (calls.Count > 0 && calls.All(c => c.Find("name") is { Kind: RowValueKind.String } || c.Find("function") is { Kind: RowValueKind.Map }))
                return [.. calls.Select(c => c.Find("function") is null ? Wrapped(c) : c)];
        }
        catch (DataException e)
        {
            throw place.Refuse($"the tool call is not JSON: {e.Message}", e);
        }

        throw place.Refuse("the tool call is JSON, but has no \"name\".");
    }

    /// <summary>Tool definitions: a list, or a JSON string that holds one. Empty means none.</summary>
    public static RowValue? ReadTools(RowColumns row, string column)
    {
        if (row.Take(column) is not { } value) return null;
        if (value.Kind == RowValueKind.String)
        {
            if (string.IsNullOrWhiteSpace(value.Text)) return null;
            try
            {
                value = RowValue.Parse(value.Text);
            }
            catch (DataException e)
            {
                throw row.Refuse($"the column \"{row.NameOf(column)}\" is a string, but not a JSON list of tools: {e.Message}", e);
            }
        }

        if (value.IsNull) return null;
        if (value.Kind != RowValueKind.List || value.Items.Any(t => t.Kind != RowValueKind.Map))
            throw row.Refuse($"the column \"{row.NameOf(column)}\" is not a list of tool definitions.");
        return value.Items.Count == 0 ? null : value;
    }

    /// <summary>The list shape of OpenAI's older <c>functions</c> column.</summary>
    public static RowValue? ReadFunctions(RowColumns row) => ReadTools(row, "functions") is { } functions
        ? RowValue.List([.. functions.Items.Select(Wrapped)])
        : null;

    private static RowValue Wrapped(RowValue function) => RowValue.MapOf(("type", RowValue.Of("function")), ("function", function));

    private RowValue ReadCalls(MessageReader.MessagePlace place, RowValue calls)
    {
        if (calls.Kind == RowValueKind.String) calls = RowValue.List(FromText(place, calls.Text));
        if (calls.Kind != RowValueKind.List || calls.Items.Any(c => c.Kind != RowValueKind.Map))
            throw place.Refuse("its \"tool_calls\" is not a list of objects.");
        return arguments == ToolArguments.AsGiven ? calls : RowValue.List([.. calls.Items.Select(c => Parsed(place, c))]);
    }

    private static RowValue Parsed(MessageReader.MessagePlace place, RowValue call)
    {
        if (call.Find("function") is { Kind: RowValueKind.Map } function) return call.With("function", Parsed(place, function));
        if (call.Find("arguments") is not { Kind: RowValueKind.String } text) return call;
        try
        {
            return call.With("arguments", string.IsNullOrWhiteSpace(text.Text) ? RowValue.MapOf() : RowValue.Parse(text.Text));
        }
        catch (DataException e)
        {
            throw place.Refuse($"the arguments of a tool call are not JSON: {e.Message} Leave arguments as given if the template takes strings.", e);
        }
    }
}
