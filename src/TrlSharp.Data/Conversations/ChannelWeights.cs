namespace TrlSharp.Conversations;

/// <summary>Weights per channel that one message sets for itself (<c>train_parts</c>); null leaves the policy's switch in force.</summary>
/// <param name="Thinking">Reasoning, in its own field or between the template's thinking markers.</param>
/// <param name="Content">The answer.</param>
/// <param name="ToolCalls">Names and arguments of the calls.</param>
/// <param name="Stop">The stop token.</param>
public sealed record ChannelWeights(float? Thinking = null, float? Content = null, float? ToolCalls = null, float? Stop = null);
