namespace TrlSharp.Tokenization.Models;

/// <summary>From ranges in bytes of UTF-8 to ranges in UTF-16.</summary>
internal static class ByteRanges
{
    /// <summary>Rewrites the ranges of tokens, which tile a word: a token that begins or ends inside a character has all of that character.</summary>
    public static void ToUnits(Span<EncodedToken> tokens, ReadOnlySpan<char> word)
    {
        // `unit` and `byteAt` stand at the first character that is not wholly before the current token.
        var (unit, byteAt) = (0, 0);
        foreach (ref var token in tokens)
        {
            var (size, width) = CharacterAt(word, unit);
            while (byteAt + size <= token.Start && unit < word.Length)
            {
                (unit, byteAt) = (unit + width, byteAt + size);
                (size, width) = CharacterAt(word, unit);
            }

            var (lastUnit, lastByte) = (unit, byteAt);
            while (lastByte < token.End && lastUnit < word.Length)
            {
                (size, width) = CharacterAt(word, lastUnit);
                (lastUnit, lastByte) = (lastUnit + width, lastByte + size);
            }

            token = new EncodedToken(token.Id, unit, lastUnit);
        }
    }

    private static (int Bytes, int Units) CharacterAt(ReadOnlySpan<char> word, int unit)
    {
        if (unit >= word.Length) return (1, 1);
        var c = word[unit];
        return c < 0x80 ? (1, 1) : c < 0x800 ? (2, 1) : char.IsHighSurrogate(c) ? (4, 2) : (3, 1);
    }
}
