namespace TrlSharp.Conversations;

/// <summary>What one message says about its own loss, whichever vendor's words it uses. Unset members leave the policy in force.</summary>
public sealed record MessageFlags
{
    /// <summary>A message that says nothing.</summary>
    public static MessageFlags None { get; } = new();

    /// <summary>Weight of the whole message (<c>weight</c>, <c>train</c>, <c>trainable</c>, <c>loss</c>, <c>masked</c> …); null when unset.</summary>
    public float? Weight { get; init; }

    /// <summary>The key that <see cref="Weight"/> was read from, as written; empty when unset.</summary>
    public string WeightKey { get; init; } = "";

    /// <summary>Weights per channel (<c>train_parts</c>).</summary>
    public ChannelWeights? Channels { get; init; }

    /// <summary><c>train_detail</c>: in the fields named here only these ranges are trained. Sorted by field and start, disjoint.</summary>
    public IReadOnlyList<TrainedRange> Detail { get; init; } = [];

    /// <summary>Flags of single content parts; unlike <see cref="Detail"/> they leave the rest of the field to the message and the policy.</summary>
    public IReadOnlyList<TrainedRange> Parts { get; init; } = [];

    /// <summary>Flags of single tool calls, by their index; null where a call says nothing. Empty when none does.</summary>
    public IReadOnlyList<float?> ToolCalls { get; init; } = [];

    /// <summary>How many UTF-16 units at the start of <c>content</c> were given to the model (<c>prefill</c>) and are context, not samples.</summary>
    public int PrefillLength { get; init; }

    /// <summary>Whether the message itself says anything about its weight, so that <c>turns</c> and <c>roles</c> do not decide.</summary>
    public bool Any => Weight is not null || Detail.Count > 0 || Parts.Any(p => p.Weight > 0) || ToolCalls.Any(w => w > 0);
}
