namespace TrlSharp.Tokenization.Models;

/// <summary>The settings of a BPE model besides vocabulary and merges, as <c>tokenizer.json</c> names them.</summary>
internal sealed record BytePairOptions
{
    /// <summary>Token for characters that are not in the vocabulary; null drops them.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Written before every character but the first of a word.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "";

    /// <summary>Written after the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>Neighbouring unknown characters become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Unknown characters become <c>&lt;0xHH&gt;</c> tokens, one per byte, where the vocabulary has all of them.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is in the vocabulary as a whole is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>
    /// Words arrive as text that stands for its bytes: the ByteLevel step is last and the vocabulary has all 256 byte characters, so the
    /// step is done by table instead of by rewriting the text.
    /// </summary>
    public bool ByteLevel { get; init; }
}
