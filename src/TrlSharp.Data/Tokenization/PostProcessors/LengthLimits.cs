namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>The <c>truncation</c> and <c>padding</c> of a <c>tokenizer.json</c>, for one text.</summary>
internal sealed record LengthLimits
{
    /// <summary>The most tokens with those that the post-processor adds; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether tokens are cut at the start instead of the end.</summary>
    public bool CutsLeft { get; init; }

    /// <summary>Pad to this length; null pads to no fixed length.</summary>
    public int? PadTo { get; init; }

    /// <summary>Pad to a multiple of this; 0 for any length.</summary>
    public int PadToMultipleOf { get; init; }

    public bool PadsLeft { get; init; }

    public int PadId { get; init; }

    /// <summary>Cuts the tokens from <paramref name="first"/> on, leaving room for those that will be added; returns how many fell away at the start.</summary>
    public int Cut(List<EncodedToken> tokens, int first, int added)
    {
        if (MaxLength is not { } limit) return 0;
        var excess = tokens.Count - first - Math.Max(0, limit - added);
        if (excess <= 0) return 0;
        tokens.RemoveRange(CutsLeft ? first : tokens.Count - excess, excess);
        return CutsLeft ? excess : 0;
    }

    /// <summary>Fills up with the padding id, whose range is [0, 0).</summary>
    public void Pad(List<EncodedToken> tokens, int first)
    {
        var count = tokens.Count - first;
        var length = PadTo ?? count;
        if (PadToMultipleOf > 0 && length % PadToMultipleOf > 0) length += PadToMultipleOf - (length % PadToMultipleOf);
        var missing = Enumerable.Repeat(new EncodedToken(PadId, 0, 0), Math.Max(0, length - count));
        if (PadsLeft) tokens.InsertRange(first, missing);
        else tokens.AddRange(missing);
    }
}
