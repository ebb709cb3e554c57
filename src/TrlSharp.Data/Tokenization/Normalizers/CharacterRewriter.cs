using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary>The rewriting steps that several normalizers share.</summary>
internal static class CharacterRewriter
{
    /// <summary>Keeps the characters that <paramref name="keep"/> accepts. A removed one is counted at the kept one before it.</summary>
    public static void Filter(TextBuffers buffers, Func<int, bool> keep)
    {
        var changes = buffers.Changes;
        changes.Clear();
        var leading = 0;
        foreach (var rune in buffers.Text.Chars.EnumerateRunes())
        {
            if (keep(rune.Value)) changes.Add(new TextChange(rune.Value, 0));
            else if (changes.Count == 0) leading++;
            else changes[^1] = changes[^1] with { Change = changes[^1].Change - 1 };
        }

        buffers.Rewrite(leading);
    }

    /// <summary>Replaces characters one by one.</summary>
    public static void Map(TextBuffers buffers, Func<int, int> map)
    {
        buffers.Changes.Clear();
        foreach (var rune in buffers.Text.Chars.EnumerateRunes()) buffers.Changes.Add(new TextChange(map(rune.Value), 0));
        buffers.Rewrite();
    }

    /// <summary>Full lower case, character by character.</summary>
    public static void ToLower(TextBuffers buffers)
    {
        buffers.Changes.Clear();
        foreach (var rune in buffers.Text.Chars.EnumerateRunes())
        {
            if (!LowerCase.TryGet(rune.Value, out var lower))
            {
                buffers.Changes.Add(new TextChange(rune.Value, 0));
                continue;
            }

            for (var i = 0; i < lower.Length; i++) buffers.Changes.Add(new TextChange(lower[i], i == 0 ? 0 : 1));
        }

        buffers.Rewrite();
    }

    /// <summary>White_Space of Unicode.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint < 0x10000 && char.IsWhiteSpace((char)codePoint);

    /// <summary>Number of code points.</summary>
    public static int CountRunes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
