using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>One message: what the template may see, and what it says about its own loss.</summary>
/// <param name="Index">0-based position in the row as written; it stays when older turns are cut away.</param>
/// <param name="Role">One of <see cref="Roles.Known"/> or a role that the policy names.</param>
/// <param name="Body">The map for the template, without loss flags and without null fields other than <c>content</c>.</param>
/// <param name="Flags">The message's own loss flags.</param>
public sealed record Message(int Index, string Role, RowValue Body, MessageFlags Flags)
{
    /// <summary>The keys under which data sets store reasoning.</summary>
    public static IReadOnlyList<string> ReasoningKeys { get; } = ["reasoning_content", "thinking", "reasoning"];

    /// <summary>Whether a map of a message has reasoning under any of these keys.</summary>
    internal static bool HasReasoning(RowValue body)
    {
        for (var i = 0; i < ReasoningKeys.Count; i++)
            if (body.Find(ReasoningKeys[i]) is not null) return true;
        return false;
    }

    /// <summary>Whether an engine samples this message.</summary>
    public bool IsAssistant => Role == Roles.Assistant;

    /// <summary><c>message 3 (assistant)</c>, the form used in every message.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"message {Index} ({Role})");
}
