namespace TrlSharp.Generation;

/// <summary>A completion as soon as it has ended.</summary>
/// <param name="Sequence">Number of the prompt, counted from <see cref="GenerationOptions.FirstSequence"/>.</param>
/// <param name="Completion">What was written.</param>
public readonly record struct EndedCompletion(long Sequence, Completion Completion);
