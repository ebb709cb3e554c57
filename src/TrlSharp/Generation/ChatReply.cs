namespace TrlSharp.Generation;

/// <summary>How an answer of a <see cref="ChatSession"/> went.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ReusedTokens">Of those, read in an earlier turn already.</param>
/// <param name="Tokens">Tokens of the answer, the stop included.</param>
/// <param name="Reason">Why it ended.</param>
public sealed record ChatReply(int PromptTokens, int ReusedTokens, int Tokens, StopReason Reason);
