using TrlSharp.Tokenization.PreTokenizers;

namespace TrlSharp.Tokenization.Files;

/// <summary>Finds a ByteLevel step that is the last of its pre-tokenizers, so that the model can take over its mapping.</summary>
internal static class ByteLevelLast
{
    /// <summary>Takes the mapping out of the last step; false when that is something else.</summary>
    public static bool Take(ref PreTokenizer? preTokenizer)
    {
        switch (preTokenizer)
        {
            case ByteLevelPreTokenizer byteLevel:
                preTokenizer = byteLevel.WithoutMapping();
                return true;
            case PreTokenizerSequence { Steps: [.. var others, var last] }:
                PreTokenizer? step = last;
                if (!Take(ref step)) return false;
                preTokenizer = new PreTokenizerSequence([.. others, step!]);
                return true;
            default:
                return false;
        }
    }
}
