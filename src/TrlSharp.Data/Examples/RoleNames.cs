using System.Collections.Frozen;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>The names that data sets give to roles. A role outside this closed set is an error, not a turn that is silently left untrained.</summary>
internal static class RoleNames
{
    /// <summary>The role of a message that is a tool call and nothing else; it becomes an assistant's.</summary>
    public const string FunctionCall = "function_call";

    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["system"] = "system",
        ["developer"] = "developer",
        ["user"] = "user",
        ["human"] = "user",
        ["prompter"] = "user",
        ["assistant"] = "assistant",
        ["gpt"] = "assistant",
        ["chatgpt"] = "assistant",
        ["model"] = "assistant",
        ["bot"] = "assistant",
        ["chatbot"] = "assistant",
        ["ai"] = "assistant",
        ["bing"] = "assistant",
        ["bard"] = "assistant",
        ["tool"] = "tool",
        ["observation"] = "tool",
        ["function"] = "tool",
        ["function_response"] = "tool",
        ["tool_response"] = "tool",
        ["ipython"] = "tool",
        ["environment"] = "tool",
        ["function_call"] = FunctionCall,
        ["tool_call"] = FunctionCall,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, RowValue> Values =
        new[] { "system", "developer", "user", "assistant", "tool" }.ToFrozenDictionary(r => r, RowValue.Of, StringComparer.Ordinal);

    /// <summary>
    /// The template's name for a data set's role, or null when it is unknown. Case does not matter. Rows in role/content form are written for chat
    /// templates, so roles that some template reads stay as they are there.
    /// </summary>
    public static string? Canonical(string role, ColumnMapping mapping, bool shareGpt)
    {
        if (!shareGpt && role != "function" && Roles.Known.Contains(role) && !mapping.Roles.ContainsKey(role)) return role;
        if (mapping.Roles.Count > 0 && mapping.Roles.TryGetValue(role, out var mapped)) return mapped;
        return Aliases.TryGetValue(role, out var known) || Aliases.TryGetValue(role.ToLowerInvariant(), out known) ? known : null;
    }

    /// <summary>A shared value for the role.</summary>
    public static RowValue Value(string role) => Values.TryGetValue(role, out var value) ? value : RowValue.Of(role);

    /// <summary>What was probably meant by an unknown role, for messages; empty when nothing comes near.</summary>
    public static string Guess(string role) => NearestName.Find(role, Aliases.Keys.Order(StringComparer.Ordinal)) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";

    /// <summary>All names, for messages.</summary>
    public static string Listed => string.Join(", ", Aliases.Keys.Order(StringComparer.Ordinal));
}
