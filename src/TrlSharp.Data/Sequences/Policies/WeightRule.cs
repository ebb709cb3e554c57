using System.Text.RegularExpressions;

namespace TrlSharp.Sequences.Policies;

/// <summary>
/// A weight for sampled text that matches every given condition (swift's <c>loss_scale</c>, generalised). Rules apply in order; the last match counts.
/// </summary>
/// <param name="Weight">Factor for the matching characters.</param>
public sealed record WeightRule(float Weight)
{
    /// <summary>The message's role, or null for any.</summary>
    public string? Role { get; init; }

    /// <summary><c>thinking</c>, <c>content</c>, <c>tool_calls</c> or <c>stop</c>; null for any.</summary>
    public string? Channel { get; init; }

    /// <summary>Within tool calls: <c>name</c> or <c>arguments</c>; null for both.</summary>
    public string? Path { get; init; }

    /// <summary>Only the matches of this pattern in the text of one message and channel; null for all of it.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Only calls of this tool; null for any text.</summary>
    public string? Tool { get; init; }

    /// <summary>Only rows whose column of this name has the value <see cref="MetaValue"/>; null for all rows.</summary>
    public string? MetaField { get; init; }

    /// <summary>The value, as text, that <see cref="MetaField"/> must have.</summary>
    public string? MetaValue { get; init; }

    /// <summary>Whether the rule speaks of a channel.</summary>
    internal bool Covers(Channel channel) => Covers(Channel, Path, channel);

    private static bool Covers(string? name, string? path, Channel channel)
    {
        var inName = name switch
        {
            null => true,
            "thinking" => channel is Sequences.Channel.Thinking or Sequences.Channel.EmptyThinking,
            "content" => channel == Sequences.Channel.Content,
            "tool_calls" => channel is Sequences.Channel.ToolName or Sequences.Channel.ToolArguments,
            _ => channel == Sequences.Channel.Stop,
        };
        return inName && path switch
        {
            null => true,
            "name" => channel == Sequences.Channel.ToolName,
            _ => channel == Sequences.Channel.ToolArguments,
        };
    }
}
