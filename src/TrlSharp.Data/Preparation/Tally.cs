namespace TrlSharp.Preparation;

/// <summary>How often something happened, and the first time in full.</summary>
/// <param name="Count">Rows or examples.</param>
/// <param name="First">Where it happened first, and what: <c>chats.jsonl:7: 1,310 tokens, the limit is 1,024</c>.</param>
public sealed record Tally(long Count, string First);
