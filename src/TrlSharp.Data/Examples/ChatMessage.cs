using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Messages in the common shape.</summary>
internal static class ChatMessage
{
    public static RowValue UserRole { get; } = RowValue.Of("user");

    public static RowValue AssistantRole { get; } = RowValue.Of("assistant");

    public static RowValue SystemRole { get; } = RowValue.Of("system");

    public static RowValue Of(RowValue role, string content) => Of(role, RowValue.Of(content));

    public static RowValue Of(RowValue role, RowValue content) => RowValue.Map(KeyValuePair.Create("role", role), KeyValuePair.Create("content", content));

    public static RowValue User(string content) => Of(UserRole, content);

    public static RowValue Assistant(string content) => Of(AssistantRole, content);

    /// <summary>The role of a message that has been read.</summary>
    public static string RoleOf(RowValue message) => message.Find("role")!.Text;

    public static bool IsAssistant(RowValue message) => RoleOf(message) == "assistant";
}
