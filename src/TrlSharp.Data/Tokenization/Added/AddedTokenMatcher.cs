using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Added;

/// <summary>
/// Cuts a text at added tokens: leftmost, then longest. A match that its single_word flag refuses is passed over whole, as in the
/// reference; one that the caller's gate refuses is treated as absent.
/// </summary>
internal static class AddedTokenMatcher
{
    /// <summary>
    /// Appends every accepted match in <paramref name="text"/> from a place on that is its beginning or the end of a match, in order, with its strip flags
    /// applied.
    /// </summary>
    public static void Find(AddedTokenTrie trie, AlignedText text, AddedTokenGate? gate, List<AddedTokenMatch> matches, int from = 0)
    {
        var chars = text.Chars;
        var (at, covered) = (from, from);
        while (at < chars.Length && (at = trie.NextStart(chars, at)) >= 0)
        {
            var next = at + 1;
            var below = int.MaxValue;
            while (trie.Longest(chars, at, below, out var length) is { } token)
            {
                var end = at + length;
                if (token.SingleWord && TouchesWord(chars, at, end))
                {
                    next = end;
                    break;
                }

                var match = new AddedTokenMatch(StripLeft(token, chars, at, covered), StripRight(token, chars, end), token);
                if (match.Start >= match.End)
                {
                    // All of it was white space that the match before took in: the reference drops what is empty.
                    next = end;
                    break;
                }

                if (gate is null || gate(text.Start(match.Start), text.End(match.End - 1), token))
                {
                    matches.Add(match);
                    covered = match.End;
                    next = end;
                    break;
                }

                below = length;
            }

            at = next;
        }
    }

    private static bool TouchesWord(ReadOnlySpan<char> chars, int start, int end) =>
        (start > 0 && CharacterClasses.IsRustWord(CharacterClasses.RuneBefore(chars, start))) ||
        (end < chars.Length && CharacterClasses.IsRustWord(CharacterClasses.RuneAt(chars, end)));

    private static int StripLeft(AddedToken token, ReadOnlySpan<char> chars, int start, int covered)
    {
        if (!token.LeftStrip) return start;
        while (start > 0 && char.IsWhiteSpace(chars[start - 1])) start--;
        return Math.Max(start, covered);
    }

    private static int StripRight(AddedToken token, ReadOnlySpan<char> chars, int end)
    {
        if (!token.RightStrip) return end;
        while (end < chars.Length && char.IsWhiteSpace(chars[end])) end++;
        return end;
    }
}
