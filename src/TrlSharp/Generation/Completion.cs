namespace TrlSharp.Generation;

/// <summary>What a model wrote after a prompt.</summary>
/// <param name="Tokens">The tokens, a stop token included.</param>
/// <param name="LogProbabilities">
/// Natural logarithm of each token's probability, from the model's scores divided by the temperature (by 1 when greedy), over the whole vocabulary and before
/// any penalty, top-k, top-p or min-p: what policy-gradient methods need.
/// </param>
/// <param name="Reason">Why it ended.</param>
public sealed record Completion(IReadOnlyList<int> Tokens, IReadOnlyList<float> LogProbabilities, StopReason Reason);
