using static TrlSharp.Tokenization.Unicode.CharacterClasses;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>The pattern of GPT-2, which ByteLevel applies unless <c>use_regex</c> is false.</summary>
internal sealed class Gpt2Scanner : WordScanner
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override int WordEnd(ReadOnlySpan<char> text, int start)
    {
        var c = text[start];
        if (c == '\'' && SkipContraction(text, start, anyCase: false) is var contraction && contraction > start) return contraction;
        var at = c == ' ' && start + 1 < text.Length ? start + 1 : start;
        var classes = At(text, at, out var width);
        if ((classes & Letter) != 0) return SkipWhile(text, at + width, Letter);
        if ((classes & Number) != 0) return SkipWhile(text, at + width, Number);
        if ((classes & Space) == 0) return SkipUntil(text, at + width, Letter | Number | Space);
        return SpaceEnd(text, start);
    }
}
