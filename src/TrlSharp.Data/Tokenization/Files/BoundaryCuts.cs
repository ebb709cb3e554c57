using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.PreTokenizers;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// SentencePiece-style BPE gets whole texts as one word. Where its merges never cross the beginning of a run of ▁, cutting there gives the
/// same tokens, and words that come again are found in the cache.
/// </summary>
internal static class BoundaryCuts
{
    private const char Mark = '▁';

    public static PreTokenizer? Add(PreTokenizer? preTokenizer, Normalizers.Normalizer? normalizer, TokenModel model)
    {
        if (preTokenizer is null && normalizer is null) return null;
        if (model is not BytePairModel bytePair || !bytePair.IsCutBefore(Mark)) return preTokenizer;
        var cut = new SplitPreTokenizer(new RunPattern(Mark), SplitBehavior.MergedWithNext);
        return preTokenizer is null ? cut : new PreTokenizerSequence([preTokenizer, cut]);
    }
}
