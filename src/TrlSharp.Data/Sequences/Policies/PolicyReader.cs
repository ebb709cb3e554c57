using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>From a name or a map of settings to a <see cref="TrainPolicy"/>. Every fault of the map is reported at once.</summary>
internal sealed class PolicyReader
{
    /// <summary>Everything that a map of settings may hold.</summary>
    internal static readonly string[] Keys =
    [
        "policy", "turns", "roles", "role_stop", "thinking", "empty_thinking", "tool_calls", "content", "stop", "history", "modes", "rules", "turn_weight",
        "append_stop", "boundary", "straddle", "content_special_tokens", "mask_source", "response_template", "instruction_template", "completion_only", "on",
        "after", "first", "last", "indices",
    ];

    /// <summary>What people ask for by these names is what no policy does.</summary>
    private static readonly string[] NeverTrained = ["header", "headers", "generation_prompt", "prefill", "media", "images", "padding"];

    private readonly List<string> _problems = [];
    private readonly PolicyValues _values;

    private PolicyReader() => _values = new PolicyValues(_problems);

    public static TrainPolicy Read(RowValue value)
    {
        var reader = new PolicyReader();
        var policy = reader.ReadPolicy(value);
        return reader._problems.Count == 0
            ? policy
            : throw new ConfigException($"The training policy has {reader._problems.Count} fault{(reader._problems.Count == 1 ? "" : "s")}:\n  {string.Join("\n  ", reader._problems)}");
    }

    private TrainPolicy ReadPolicy(RowValue value)
    {
        if (value.Kind == RowValueKind.String) return Named(value);
        if (value.Kind != RowValueKind.Map)
        {
            _problems.Add($"train is {value}; it must be a name ({string.Join(", ", NamedPolicies.All.Keys)}) or a map of settings.");
            return TrainPolicy.Assistant;
        }

        var policy = value.Find("policy") is { } name ? Named(name) : TrainPolicy.Assistant;
        foreach (var (key, setting) in value.Fields)
            if (!setting.IsNull) policy = Apply(policy, Snake(key), key, setting);
        if (policy.MaskSource == MaskSource.Markers && policy.ResponseTemplate is null)
            _problems.Add("train.mask_source is markers, but train.response_template is not given; it is the text that opens an answer.");
        if (policy is { ResponseTemplate: not null, MaskSource: MaskSource.Provenance }) policy = policy with { MaskSource = MaskSource.Markers };
        if (policy is { InstructionTemplate: not null, ResponseTemplate: null })
            _problems.Add("train.instruction_template needs train.response_template, the text that opens an answer.");
        return policy;
    }

    private TrainPolicy Named(RowValue name)
    {
        if (name.Kind == RowValueKind.String && NamedPolicies.All.TryGetValue(name.Text, out var policy)) return policy;
        _problems.Add($"the policy {name} is unknown{Guess(name.Kind == RowValueKind.String ? name.Text : "", NamedPolicies.All.Keys)}; policies are {string.Join(", ", NamedPolicies.All.Keys)}.");
        return TrainPolicy.Assistant;
    }

    private TrainPolicy Apply(TrainPolicy policy, string key, string written, RowValue value)
    {
        var path = $"train.{written}";
        switch (key)
        {
            case "policy": return policy;
            case "turns": return policy with { Turns = _values.Turns(path, value) };
            case "after" or "first" or "last" or "indices": return policy with { Turns = _values.Turns(path, RowValue.MapOf((key, value))) };
            case "roles": return policy with { Roles = _values.Strings(path, value) };
            case "role_stop": return policy with { RoleStop = _values.OnOff(path, value) };
            case "completion_only": return policy with { CompletionOnly = _values.OnOff(path, value) };
            case "append_stop": return policy with { AppendStop = _values.OnOff(path, value) };
            case "thinking":
                return PolicyValues.Is(value, "last") ? policy with { ThinkingOnlyKept = true, Thinking = 1 } : policy with { Thinking = _values.Weight(path, value, "last"), ThinkingOnlyKept = false };
            case "empty_thinking": return policy with { EmptyThinking = _values.Weight(path, value) };
            case "content": return policy with { Content = _values.Weight(path, value) };
            case "stop":
                return PolicyValues.Is(value, "last") ? policy with { StopOnlyLast = true, Stop = 1 } : policy with { Stop = _values.Weight(path, value, "last"), StopOnlyLast = false };
            case "tool_calls":
                if (PolicyValues.Is(value, "name")) return policy with { ToolNames = 1, ToolArguments = 0 };
                if (PolicyValues.Is(value, "arguments")) return policy with { ToolNames = 0, ToolArguments = 1 };
                var calls = _values.Weight(path, value, "name", "arguments");
                return policy with { ToolNames = calls, ToolArguments = calls };
            case "history": return policy with { History = _values.Choice<HistoryMode>(path, value) };
            case "turn_weight": return policy with { TurnWeight = _values.Choice<TurnWeight>(path, value) };
            case "boundary": return policy with { Boundary = _values.Choice<SampledBoundary>(path, value) };
            case "straddle": return policy with { Straddle = _values.Choice<StraddleRule>(path, value) };
            case "content_special_tokens": return policy with { ContentSpecialTokens = _values.Choice<ContentControlTokens>(path, value) };
            case "mask_source": return policy with { MaskSource = _values.Choice<MaskSource>(path, value) };
            case "response_template": return policy with { ResponseTemplate = _values.Text(path, value) };
            case "instruction_template": return policy with { InstructionTemplate = _values.Text(path, value) };
            case "modes": return policy with { Modes = PolicyValues.Is(value, "auto") ? null : _values.Maps(path, value) };
            case "rules": return policy with { Rules = new RuleReader(_problems, _values).Read(path, value) };
            case "on": return policy with { On = _values.Severities(path, value) };
        }

        _problems.Add(NeverTrained.Contains(key)
            ? $"{path}: this is never sampled by a model and so never trained. To train on the whole text use the policy \"everything\"."
            : $"{path} is unknown{Guess(key, Keys)}.");
        return policy;
    }

    internal static string Guess(string name, IEnumerable<string> known) => NearestName.Find(name, known) is { } near ? $"; did you mean \"{near}\"?" : "";

    internal static string Snake(string key) =>
        string.Concat(key.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c == '-' ? "_" : c.ToString()));
}
