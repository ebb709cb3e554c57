using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>BertNormalizer</c>: cleans control characters, sets CJK ideographs apart, strips accents, lower-cases.</summary>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseChars, bool stripAccents, bool lowercase) : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        if (cleanText)
        {
            CharacterRewriter.Filter(buffers, c => !CharacterSet.BertRemoved.Contains(c));
            CharacterRewriter.Map(buffers, c => CharacterRewriter.IsWhiteSpace(c) ? ' ' : c);
        }

        if (handleChineseChars) SetIdeographsApart(buffers);
        if (stripAccents)
        {
            new UnicodeNormalizer(compose: false, compatible: false).Apply(buffers);
            CharacterRewriter.Filter(buffers, c => !CharacterSet.NonSpacingMarks.Contains(c));
        }

        if (lowercase) CharacterRewriter.ToLower(buffers);
    }

    private static void SetIdeographsApart(TextBuffers buffers)
    {
        buffers.Changes.Clear();
        foreach (var rune in buffers.Text.Chars.EnumerateRunes())
        {
            if (!IsIdeograph(rune.Value))
            {
                buffers.Changes.Add(new TextChange(rune.Value, 0));
                continue;
            }

            buffers.Changes.Add(new TextChange(' ', 0));
            buffers.Changes.Add(new TextChange(rune.Value, 1));
            buffers.Changes.Add(new TextChange(' ', 1));
        }

        buffers.Rewrite();
    }

    /// <summary>The blocks that BERT's own tokenizer lists; 2B820–2B91F is missing there, too.</summary>
    private static bool IsIdeograph(int c) =>
        c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
            or >= 0x2B740 and <= 0x2B81F or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
