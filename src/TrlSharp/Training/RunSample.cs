namespace TrlSharp.Training;

/// <summary>What the model answers to a prompt in the middle of its training.</summary>
/// <param name="Prompt">As a user would type it.</param>
/// <param name="Answer">Greedy, special tokens included.</param>
public sealed record RunSample(string Prompt, string Answer);
