namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>What happens to the tokens of a whole text. Immutable.</summary>
internal abstract class PostProcessor
{
    /// <summary>Changes the tokens from <paramref name="first"/> on.</summary>
    public abstract void Apply(List<EncodedToken> tokens, int first, bool addSpecialTokens, TokenStrings strings);

    /// <summary>Whether ranges are trimmed, which takes what added tokens matched.</summary>
    public virtual bool TrimsRanges => false;

    /// <summary>How many tokens are added to one text.</summary>
    public virtual int AddedCount => 0;
}
