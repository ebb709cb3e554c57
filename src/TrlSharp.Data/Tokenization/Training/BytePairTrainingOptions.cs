namespace TrlSharp.Tokenization.Training;

/// <summary>What <see cref="BytePairTrainer"/> makes.</summary>
public sealed record BytePairTrainingOptions
{
    /// <summary>Tokens in all: special tokens, 256 bytes and merges. At least 256 plus the special tokens; fewer come out when the texts run dry.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Control tokens, which get the first ids. Default: none.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>Names for special tokens, as <c>tokenizer_config.json</c> has them: <c>eos_token</c> → <c>&lt;|im_end|&gt;</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> NamedTokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How often a pair must occur to be merged. Default 2.</summary>
    public int MinimumFrequency { get; init; } = 2;
}
