using TrlSharp.Conversations;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Why something cannot be trained as it stands; kept until it is known that no other way cures it.</summary>
/// <param name="Fault">What is wrong.</param>
/// <param name="Text">In full, ways out included.</param>
internal sealed record RowFault(MaskFault Fault, string Text);
