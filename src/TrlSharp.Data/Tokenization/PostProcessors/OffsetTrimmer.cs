using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>
/// <c>ByteLevel</c> with <c>trim_offsets</c>: ranges leave out the white space at the ends of a token. Ranges of such a tokenizer do not tile
/// the text; the files of chat models turn it off.
/// </summary>
internal sealed class OffsetTrimmer(bool addPrefixSpace) : PostProcessor
{
    private static readonly char Space = ByteAlphabet.CharOf((byte)' ');

    public override bool TrimsRanges => true;

    public override void Apply(List<EncodedToken> tokens, int first, bool addSpecialTokens, TokenStrings strings)
    {
        for (var i = first; i < tokens.Count; i++)
        {
            var (_, start, end) = tokens[i];
            var token = strings.Of(tokens, i);
            var (leading, trailing) = (0, 0);
            while (leading < token.Length && IsSpace(token[leading])) leading++;
            while (trailing < token.Length && IsSpace(token[token.Length - 1 - trailing])) trailing++;

            // One leading space of the first token is the one that add_prefix_space put there.
            if (leading == 1 && addPrefixSpace && (i == first || start == 0)) leading = 0;
            if (leading > 0) start = Math.Min(strings.Forward(start, leading), end);
            if (trailing > 0 && strings.Back(end, trailing) is >= 0 and var trimmed) end = Math.Max(trimmed, start);
            tokens[i] = tokens[i] with { Start = start, End = end };
        }
    }

    private static bool IsSpace(char c) => c == Space || char.IsWhiteSpace(c);
}
