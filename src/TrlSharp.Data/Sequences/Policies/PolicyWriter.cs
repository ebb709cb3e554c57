using System.Numerics;
using TrlSharp.Conversations;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>A policy as the map that <see cref="TrainPolicy.Parse(RowValue)"/> reads, every setting present; what reports print and audits hash.</summary>
internal static class PolicyWriter
{
    public static RowValue Write(TrainPolicy policy)
    {
        if (policy.Everything) return RowValue.MapOf(("policy", RowValue.Of("everything")), ("completion_only", RowValue.Of(policy.CompletionOnly)));
        var fields = new List<(string Key, RowValue Value)>
        {
            ("turns", RowValue.Of(policy.Turns.ToString())),
            ("roles", RowValue.List([.. policy.Roles.Select(RowValue.Of)])),
            ("role_stop", RowValue.Of(policy.RoleStop)),
            ("completion_only", RowValue.Of(policy.CompletionOnly)),
            ("thinking", policy.ThinkingOnlyKept ? RowValue.Of("last") : Number(policy.Thinking)),
            ("empty_thinking", Number(policy.EmptyThinking)),
            ("content", Number(policy.Content)),
            ("tool_calls", Calls(policy)),
            ("stop", policy.StopOnlyLast ? RowValue.Of("last") : Number(policy.Stop)),
            ("history", Word(policy.History)),
            ("modes", policy.Modes is null ? RowValue.Of("auto") : RowValue.List(policy.Modes)),
            ("rules", RowValue.List([.. policy.Rules.Select(Rule)])),
            ("turn_weight", Word(policy.TurnWeight)),
            ("append_stop", RowValue.Of(policy.AppendStop)),
            ("boundary", Word(policy.Boundary)),
            ("straddle", Word(policy.Straddle)),
            ("content_special_tokens", Word(policy.ContentSpecialTokens)),
            ("mask_source", Word(policy.MaskSource)),
        };
        if (policy.ResponseTemplate is { } response) fields.Add(("response_template", RowValue.Of(response)));
        if (policy.InstructionTemplate is { } instruction) fields.Add(("instruction_template", RowValue.Of(instruction)));
        fields.Add(("on", RowValue.MapOf([.. policy.On.OrderBy(o => o.Key).Select(o => (o.Key.Code(), Word(o.Value)))])));
        return RowValue.MapOf(fields);
    }

    private static RowValue Calls(TrainPolicy policy) => (policy.ToolNames, policy.ToolArguments) switch
    {
        (1, 0) => RowValue.Of("name"),
        (0, 1) => RowValue.Of("arguments"),
        _ => Number(policy.ToolNames),
    };

    private static RowValue Rule(WeightRule rule)
    {
        var where = RowValue.MapOf();
        if (rule.Role is { } role) where = where.With("role", RowValue.Of(role));
        if (rule.Channel is { } channel) where = where.With("channel", RowValue.Of(channel));
        if (rule.Path is { } path) where = where.With("path", RowValue.Of(path));
        if (rule.Tool is { } tool) where = where.With("tool", RowValue.Of(tool));
        if (rule.Pattern is { } pattern) where = where.With("regex", RowValue.Of(pattern.ToString()));
        if (rule.MetaField is { } field) where = where.With($"meta.{field}", RowValue.Of(rule.MetaValue ?? ""));
        return RowValue.MapOf(("where", where), ("weight", Number(rule.Weight)));
    }

    private static RowValue Number(float value) => value == MathF.Floor(value) && value < 1e6f ? RowValue.Of(new BigInteger(value)) : RowValue.Of(RoundTrip(value));

    /// <summary>The shortest double that reads back as the same float: 0.1, not 0.10000000149011612.</summary>
    private static double RoundTrip(float value) =>
        double.Parse(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    private static RowValue Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return RowValue.Of(PolicyReader.Snake(char.ToLowerInvariant(name[0]) + name[1..]));
    }
}
