namespace TrlSharp.Tokenization.Files;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say besides the added tokens.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>Name → string, in the order of transformers.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether decoded text loses the spaces before English punctuation.</summary>
    public bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>The file as it was read, to be saved again; empty for none.</summary>
    public ReadOnlyMemory<byte> ConfigJson { get; init; }
}
