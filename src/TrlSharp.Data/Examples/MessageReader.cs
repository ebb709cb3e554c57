using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Chats of any dialect to messages in the common shape. Keys that are not known are kept where they are: loss flags, names, metadata. Keys with a null
/// value are left out, as transformers does before it renders, all but the content.
/// </summary>
internal sealed class MessageReader(ExampleReaderOptions options)
{
    private readonly ToolCallReader _toolCalls = new(options.ToolArguments);
    private readonly string? _roleKey = options.Mapping.RoleKey;
    private readonly string? _contentKey = options.Mapping.ContentKey;

    /// <summary>A chat: as <see cref="Read"/>, or a list of strings (LIMA), the user's and the assistant's in turn.</summary>
    public List<RowValue> ReadChat(RowColumns row, string column, RowValue value)
    {
        if (value is not { Kind: RowValueKind.List, Items: [{ Kind: RowValueKind.String }, ..] } || !value.Items.All(item => item.Kind == RowValueKind.String)) return Read(row, column, value);
        return [.. value.Items.Select((item, i) => ChatMessage.Of(i % 2 == 0 ? ChatMessage.UserRole : ChatMessage.AssistantRole, item))];
    }

    /// <summary>The messages of a column: a list of message maps, one message map, or a JSON string that holds such a list.</summary>
    public List<RowValue> Read(RowColumns row, string column, RowValue value)
    {
        if (value.Kind == RowValueKind.String && value.Text.AsSpan().TrimStart().StartsWith("[")) value = ParseString(row, column, value.Text);
        if (value.Kind == RowValueKind.Map) return [ReadMessage(new(row, column, 0), value)];
        if (value.Kind != RowValueKind.List)
            throw row.Refuse($"the column \"{row.NameOf(column)}\" is a {RowJson.Name(value.Kind)}, not a list of messages.");
        var messages = new List<RowValue>(value.Items.Count + 1);
        foreach (var item in value.Items) messages.Add(ReadMessage(new(row, column, messages.Count), item));
        return messages;
    }

    private static RowValue ParseString(RowColumns row, string column, string json)
    {
        try
        {
            return RowValue.Parse(json);
        }
        catch (DataException e)
        {
            throw row.Refuse($"the column \"{row.NameOf(column)}\" is a string that starts like a list of messages, but is not JSON: {e.Message}", e);
        }
    }

    private RowValue ReadMessage(MessagePlace place, RowValue message)
    {
        if (message.Kind != RowValueKind.Map) throw place.Refuse($"it is a {RowJson.Name(message.Kind)}, not an object with a role and a content.");
        if (IsPlain(message)) return message;
        var roleKey = _roleKey ?? OneKey(place, message, "role", "from") ?? throw place.Refuse($"it has no role. Keys found: {Keys(message)}.");
        var contentKey = _contentKey ?? OneKey(place, message, "content", "value", "parts") ?? (message.Find("text") is { Kind: RowValueKind.String } ? "text" : "content");
        var draft = new MessageDraft(place, ReadRole(place, message, roleKey));
        foreach (var (key, value) in message.Fields)
        {
            if (value.IsNull && key != contentKey) continue;
            if (key == roleKey) draft.Fields.Add(KeyValuePair.Create("role", RoleNames.Value(draft.Role)));
            else if (key == contentKey) draft.SetContent(value);
            else draft.Fields.Add(KeyValuePair.Create(key, value));
        }

        _toolCalls.Complete(draft);
        draft.CopyReasoning();
        return draft.Build();
    }

    /// <summary>A message that is in the common shape already, the usual case: nothing to copy.</summary>
    private bool IsPlain(RowValue message) =>
        _roleKey is null && _contentKey is null && options.Mapping.Roles.Count == 0
        && message.Fields is [var first, var second]
        && (Plain(first, second) || Plain(second, first));

    private static bool Plain(KeyValuePair<string, RowValue> role, KeyValuePair<string, RowValue> content) =>
        role.Key == "role" && content.Key == "content" && content.Value.Kind == RowValueKind.String
        && role.Value.Kind == RowValueKind.String && role.Value.Text is "user" or "assistant" or "system" or "tool" or "developer";

    private string ReadRole(MessagePlace place, RowValue message, string key)
    {
        var value = message.Find(key);
        if (value is null or { IsNull: true }) throw place.Refuse($"it has no role under \"{key}\". Keys found: {Keys(message)}.");
        if (value.Kind != RowValueKind.String) throw place.Refuse($"its role is a {RowJson.Name(value.Kind)}, not a string.");
        return RoleNames.Canonical(value.Text, options.Mapping, shareGpt: key == "from")
            ?? throw place.Refuse($"the role \"{value.Text}\" is unknown.{RoleNames.Guess(value.Text)} Known: {RoleNames.Listed}. Map it to one of these, or to itself if the template knows it.");
    }

    private static string? OneKey(MessagePlace place, RowValue message, params ReadOnlySpan<string> keys)
    {
        string? found = null;
        foreach (var key in keys)
        {
            if (message.Find(key) is null or { IsNull: true }) continue;
            if (found is not null) throw place.Refuse($"it has both \"{found}\" and \"{key}\". Say which one is meant by mapping the message keys.");
            found = key;
        }

        return found;
    }

    private static string Keys(RowValue message) => message.Fields.Count == 0 ? "none" : string.Join(", ", message.Fields.Select(f => f.Key));

    /// <summary>Which message of which column is being read.</summary>
    internal readonly record struct MessagePlace(RowColumns Row, string Column, int Index)
    {
        public DataException Refuse(string why, Exception? inner = null) =>
            Row.Refuse(string.Create(CultureInfo.InvariantCulture, $"message {Index} of \"{Row.NameOf(Column)}\": {why}"), inner);
    }
}
