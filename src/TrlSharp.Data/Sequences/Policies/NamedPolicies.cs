using TrlSharp.Examples;

namespace TrlSharp.Sequences.Policies;

/// <summary>Policies that have a name of their own on the command line and in files.</summary>
public static class NamedPolicies
{
    /// <summary>Name → policy.</summary>
    public static IReadOnlyDictionary<string, TrainPolicy> All { get; } = Build();

    /// <summary>Name → one line for the help text.</summary>
    public static IReadOnlyDictionary<string, string> Descriptions { get; } = new Dictionary<string, string>
    {
        ["assistant"] = "every assistant turn (the default for chats)",
        ["last"] = "the last assistant message only (Nectar)",
        ["last_turn"] = "every assistant step after the last user message (agents)",
        ["answers"] = "assistant turns without their reasoning",
        ["reasoning"] = "reasoning and stops, no answers, no tool calls",
        ["tool_use"] = "tool calls and stops, no answers, no reasoning",
        ["weights_only"] = "only what messages flag themselves",
        ["user_sim"] = "user messages with their stops (user simulators)",
        ["everything"] = "every token, turns or not (what a plain collator does)",
    };

    private static Dictionary<string, TrainPolicy> Build()
    {
        var policies = new Dictionary<string, TrainPolicy>(StringComparer.Ordinal)
        {
            ["assistant"] = new(),
            ["last"] = new() { Turns = new(TurnSelectionKind.LastMessage) },
            ["last_turn"] = new() { Turns = new(TurnSelectionKind.LastTurn) },
            ["answers"] = new() { Thinking = 0 },
            ["reasoning"] = new() { Content = 0, ToolNames = 0, ToolArguments = 0 },
            ["tool_use"] = new() { Content = 0, Thinking = 0 },
            ["weights_only"] = new() { Turns = new(TurnSelectionKind.None) },
            ["user_sim"] = new() { Roles = [Roles.User], RoleStop = true },
            ["everything"] = new() { Everything = true },
        };
        return policies.ToDictionary(p => p.Key, p => p.Value with { Name = p.Key }, StringComparer.Ordinal);
    }
}
