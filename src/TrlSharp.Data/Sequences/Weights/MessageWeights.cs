using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Sequences.Weights;

/// <summary>
/// The weight of a message's characters as far as no text is needed: flags of the message beat <c>turns</c> and <c>roles</c> in both directions, channels
/// multiply.
/// </summary>
internal sealed class MessageWeights
{
    private readonly TrainPolicy _policy;
    private readonly Message _message;

    private MessageWeights(TrainPolicy policy, Message message, float @base, string reason, bool lastStop, bool trainable = true)
    {
        (_policy, _message, Base, BaseReason, LastStop) = (policy, message, @base, reason, lastStop);
        if (!trainable) return;
        TrainsContent = Trains(Channel.Content, "content");
        TrainsThinking = Trains(Channel.Thinking, "reasoning_content") || (TrainsContent && Detailed("content") && policy.Thinking > 0);
        TrainsTools = Trains(Channel.ToolName, "tool_calls") || Trains(Channel.ToolArguments, "tool_calls");
        Trained = TrainsContent || TrainsThinking || TrainsTools || (message.IsAssistant || policy.RoleStop ? Of(Channel.Stop, -1).Weight > 0 : false);
    }

    public Message Message => _message;

    public MessageFlags Flags => _message.Flags;

    /// <summary>Weight before channels and rules.</summary>
    public float Base { get; }

    public string BaseReason { get; }

    /// <summary>Whether this is the last trained turn, the one whose stop <c>stop: last</c> trains.</summary>
    public bool LastStop { get; }

    /// <summary>Whether any character can have a weight above 0.</summary>
    public bool Trained { get; }

    public bool TrainsContent { get; }

    public bool TrainsThinking { get; }

    public bool TrainsTools { get; }

    /// <summary>The same message as context of another example.</summary>
    public MessageWeights Untrained() => new(_policy, _message, Base, BaseReason, LastStop, trainable: false);

    /// <summary>One entry per message of the conversation.</summary>
    public static IReadOnlyList<MessageWeights> Of(Conversation conversation, TrainPolicy policy)
    {
        var chosen = policy.Turns.Select(conversation.Messages, policy.Roles);
        var all = new MessageWeights[conversation.Messages.Count];
        var lastStop = true;
        var reasons = new Reasons(policy);
        for (var i = all.Length - 1; i >= 0; i--)
        {
            var message = conversation.Messages[i];
            var (weight, reason) = Decide(conversation, policy, reasons, message, chosen[i], i);
            all[i] = new MessageWeights(policy, message, weight, reason, lastStop);
            if (all[i].Trained) lastStop = false;
        }

        return all;
    }

    /// <summary>Base times channel for a channel, before rules and ranges.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="call">The tool call, or −1.</param>
    public (float Weight, string Reason) Of(Channel channel, int call)
    {
        var (weight, reason) = (Base, BaseReason);
        if (call >= 0 && call < Flags.ToolCalls.Count && Flags.ToolCalls[call] is { } own)
            (weight, reason) = (own, string.Create(CultureInfo.InvariantCulture, $"tool_calls[{call}]: weight={own}"));
        var (factor, switched) = Factor(channel);
        return (weight * factor, switched.Length == 0 ? reason : $"{reason} · {switched}");
    }

    /// <summary>The channel's factor and what set it; an empty reason when nothing was changed.</summary>
    public (float Factor, string Reason) Factor(Channel channel)
    {
        var flag = channel switch
        {
            Channel.Thinking => Flags.Channels?.Thinking,
            Channel.Content => Flags.Channels?.Content,
            Channel.ToolName or Channel.ToolArguments => Flags.Channels?.ToolCalls,
            Channel.Stop => Flags.Channels?.Stop,
            _ => null,
        };
        if (flag is { } own) return (own, string.Create(CultureInfo.InvariantCulture, $"train_parts.{Word(channel)}={own}"));
        if (channel == Channel.Stop && !_message.IsAssistant && !_policy.RoleStop) return (0, "the stop of another role is not sampled");
        if (channel == Channel.Stop && _policy.StopOnlyLast && !LastStop) return (0, "stop=last");
        var factor = _policy.Switch(channel);
        return (factor, factor == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Word(channel)}={(factor == 0 ? "off" : factor)}"));
    }

    /// <summary>Whether <c>train_detail</c> speaks about a field.</summary>
    public bool Detailed(string field) => Flags.Detail.Any(d => d.Field == field || d.Field.StartsWith(field + "[", StringComparison.Ordinal));

    internal static string Word(Channel channel) => channel switch
    {
        Channel.Thinking => "thinking",
        Channel.EmptyThinking => "empty_thinking",
        Channel.Content => "content",
        Channel.ToolName => "tool_calls.name",
        Channel.ToolArguments => "tool_calls.arguments",
        Channel.Stop => "stop",
        _ => "context",
    };

    private bool Trains(Channel channel, string field)
    {
        if (Factor(channel).Factor == 0) return false;
        if (Detailed(field)) return Flags.Detail.Any(d => d.Weight > 0 && d.Field.StartsWith(field, StringComparison.Ordinal));
        if (channel is Channel.ToolName or Channel.ToolArguments && Flags.ToolCalls.Any(w => w > 0)) return true;
        return Base > 0 || (channel is Channel.Content or Channel.Thinking && Flags.Parts.Any(p => p.Weight > 0));
    }

    private static (float Weight, string Reason) Decide(Conversation conversation, TrainPolicy policy, Reasons reasons, Message message, bool chosen, int index)
    {
        if (message.Flags.Weight is { } weight)
            return (weight, string.Create(CultureInfo.InvariantCulture, $"message {message.Index}: {message.Flags.WeightKey} gives weight {weight}"));
        if (policy.CompletionOnly && conversation.PromptMessages is { } prompt && index < prompt) return (0, "part of the prompt");
        if (!policy.Roles.Contains(message.Role)) return (0, reasons.OtherRole(message.Role));
        return chosen ? (1, reasons.Chosen) : (0, reasons.NotChosen);
    }

    /// <summary>Sentences that all messages of a conversation share, made once.</summary>
    private sealed class Reasons(TrainPolicy policy)
    {
        private readonly Dictionary<string, string> _roles = new(StringComparer.Ordinal);
        private string? _chosen;
        private string? _notChosen;

        public string Chosen => _chosen ??= $"roles={string.Join(",", policy.Roles)}, turns={policy.Turns}";

        public string NotChosen => _notChosen ??= $"turns={policy.Turns} does not choose it";

        public string OtherRole(string role) =>
            _roles.TryGetValue(role, out var reason) ? reason : _roles[role] = $"role {role} is not in roles={string.Join(",", policy.Roles)}";
    }
}
