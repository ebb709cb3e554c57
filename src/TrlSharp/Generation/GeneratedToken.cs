namespace TrlSharp.Generation;

/// <summary>A token as soon as it is chosen.</summary>
/// <param name="Sequence">Number of the prompt, counted from <see cref="GenerationOptions.FirstSequence"/>.</param>
/// <param name="Token">The token.</param>
/// <param name="LogProbability">As in <see cref="Completion"/>.</param>
/// <param name="Reason">Why the completion ends with this token; null while it goes on.</param>
public readonly record struct GeneratedToken(long Sequence, int Token, float LogProbability, StopReason? Reason = null);
