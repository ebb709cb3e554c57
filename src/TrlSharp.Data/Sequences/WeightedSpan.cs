namespace TrlSharp.Sequences;

/// <summary>Characters of an example's text with one weight, and what decided it. Sampled spans only; all other characters weigh 0.</summary>
/// <param name="Start">First UTF-16 unit of the text.</param>
/// <param name="End">One past the last.</param>
/// <param name="Message">0-based message of the row.</param>
/// <param name="Channel">What the characters are.</param>
/// <param name="Weight">Their weight.</param>
/// <param name="Reason">What decided: <c>roles=assistant, turns=all</c>, <c>message 3: weight=0.5 · thinking=off</c>.</param>
public readonly record struct WeightedSpan(int Start, int End, int Message, Channel Channel, float Weight, string Reason);
