namespace TrlSharp.Generation;

/// <summary>A token as soon as it is chosen.</summary>
/// <param name="Sequence">0-based prompt.</param>
/// <param name="Token">The token.</param>
/// <param name="LogProbability">As in <see cref="Completion"/>.</param>
public readonly record struct GeneratedToken(int Sequence, int Token, float LogProbability);
