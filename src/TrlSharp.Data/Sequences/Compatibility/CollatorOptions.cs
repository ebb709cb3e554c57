namespace TrlSharp.Sequences.Compatibility;

/// <summary>What the collator was given.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="ResponseTemplate">For <see cref="CollatorKind.CompletionOnlyLm"/>: the text before an answer.</param>
/// <param name="InstructionTemplate">For <see cref="CollatorKind.CompletionOnlyLm"/>: the text before a question, or null.</param>
public sealed record CollatorOptions(CollatorKind Kind, string? ResponseTemplate = null, string? InstructionTemplate = null);
