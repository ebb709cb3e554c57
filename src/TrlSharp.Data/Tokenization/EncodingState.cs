using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization;

/// <summary>Everything mutable that encoding needs, used by one thread at a time and then lent to the next.</summary>
internal sealed class EncodingState
{
    /// <summary>The whole text, with lone surrogates replaced.</summary>
    public AlignedText Original { get; } = new();

    /// <summary>The stretch between two added tokens.</summary>
    public TextBuffers Stretch { get; } = new();

    /// <summary>The part of a normalized stretch between two added tokens that were found there.</summary>
    public TextBuffers Part { get; } = new();

    public List<AddedTokenMatch> RawMatches { get; } = [];

    public List<AddedTokenMatch> NormalizedMatches { get; } = [];

    /// <summary>Where in the output added tokens are, with the normalized text that each matched; kept only for what trims ranges.</summary>
    public Dictionary<int, string> MatchedTexts { get; } = [];

    /// <summary>Stretches that were encoded before, with which others may end; null for none.</summary>
    public List<EncodedStretch>? Known { get; set; }

    public ModelWorkspace Workspace { get; } = new();

    public WordCache Cache { get; } = new();
}
