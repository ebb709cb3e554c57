namespace TrlSharp.Inspection;

/// <summary>Tokens of one role and channel.</summary>
/// <param name="Role">The role; <c>template</c> for text of no message.</param>
/// <param name="Channel">The channel in words; <c>context</c> for what is outside sampled spans.</param>
/// <param name="Tokens">All.</param>
/// <param name="Trained">Those with a weight above 0.</param>
/// <param name="Weight">Σ of weights.</param>
public sealed record ChannelCount(string Role, string Channel, long Tokens, long Trained, double Weight);
