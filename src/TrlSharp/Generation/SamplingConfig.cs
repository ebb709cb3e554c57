namespace TrlSharp.Generation;

/// <summary>How the next token is chosen and when a completion ends. Names and defaults follow <c>GenerationConfig</c> of transformers.</summary>
public sealed record SamplingConfig
{
    /// <summary>Longest completion, in tokens. Default 256.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>Stop tokens are impossible before this many tokens. Default 0.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>Scores are divided by it; 0 takes the best token always (greedy). Default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the k best tokens stay, with all that tie with the last of them; 0 for no limit. Default 0.</summary>
    public int TopK { get; init; }

    /// <summary>Only the best tokens that together have this probability stay (Holtzman and others, arXiv:1904.09751); 1 for all. Default 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens with this share of the best token's probability stay (Nguyen and others, arXiv:2407.01082); 0 for all. Default 0.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Scores of tokens that are in the prompt or the completion are divided by it if positive and multiplied if negative (Keskar and others,
    /// arXiv:1909.05858); 1 for no penalty. Default 1.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>A completion ends with the first of these tokens, which belongs to it. Default: none.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>A completion ends as soon as its text holds one of these. Needs a decoder. Default: none.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Equal seeds give equal completions; sequence i draws from a generator of its own, whatever runs beside it. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Every value that is out of its range.</summary>
    public IEnumerable<string> Problems()
    {
        if (MaxNewTokens < 1) yield return $"max_new_tokens is {MaxNewTokens}; it must be at least 1.";
        if (MinNewTokens < 0) yield return $"min_new_tokens is {MinNewTokens}; it must not be negative.";
        if (!(Temperature >= 0)) yield return FormattableString.Invariant($"temperature is {Temperature}; it must not be negative. 0 is greedy.");
        if (TopK < 0) yield return $"top_k is {TopK}; it must not be negative. 0 is no limit.";
        if (TopP is not (> 0 and <= 1)) yield return FormattableString.Invariant($"top_p is {TopP}; it must be above 0 and at most 1.");
        if (MinP is not (>= 0 and <= 1)) yield return FormattableString.Invariant($"min_p is {MinP}; it must be between 0 and 1.");
        if (!(RepetitionPenalty > 0)) yield return FormattableString.Invariant($"repetition_penalty is {RepetitionPenalty}; it must be above 0. 1 is no penalty.");
        if (StopStrings.Any(text => text.Length == 0)) yield return "a stop string is empty; it would stop everything.";
    }
}
