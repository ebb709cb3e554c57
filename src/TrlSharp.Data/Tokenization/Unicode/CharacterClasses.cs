using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TrlSharp.Tokenization.Unicode;

/// <summary>
/// Character classes of the pre-tokenizer patterns. General categories are those of Unicode 16, which .NET 10 and the regex engine of the
/// reference (Oniguruma) share.
/// </summary>
internal static class CharacterClasses
{
    /// <summary>L.</summary>
    public const byte Letter = 1;

    /// <summary>N.</summary>
    public const byte Number = 2;

    /// <summary>White_Space.</summary>
    public const byte Space = 4;

    /// <summary>M.</summary>
    public const byte Mark = 8;

    /// <summary>Lu, Lt, Lm, Lo, M.</summary>
    public const byte UpperLike = 16;

    /// <summary>Ll, Lm, Lo, M.</summary>
    public const byte LowerLike = 32;

    private static readonly byte[] Bmp = Build();

    /// <summary>The classes of the character at <paramref name="at"/> and how many UTF-16 units it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(ReadOnlySpan<char> text, int at, out int width)
    {
        var c = text[at];
        width = 1;
        return char.IsHighSurrogate(c) && at + 1 < text.Length ? Astral(c, text[at + 1], out width) : Bmp[c];
    }

    /// <summary>\w of Rust's regex crate, which decides single_word and the Whitespace pre-tokenizer.</summary>
    public static bool IsRustWord(Rune rune) => IsWord(rune) || rune.Value is 0x200C or 0x200D;

    /// <summary>\w of Oniguruma, which knows the Latin-1 digits ² ³ ¹ ¼ ½ ¾ but no other No.</summary>
    public static bool IsOnigurumaWord(Rune rune) => IsWord(rune) || rune.Value is 0xB2 or 0xB3 or 0xB9 or >= 0xBC and <= 0xBE;

    /// <summary>Alphabetic, M, Nd and Pc.</summary>
    public static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber => true,
        UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => rune.Value is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149
            or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189,
        _ => false,
    };

    /// <summary>The character at <paramref name="at"/>.</summary>
    public static Rune RuneAt(ReadOnlySpan<char> text, int at)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out _);
        return rune;
    }

    /// <summary>The character that ends at <paramref name="at"/>.</summary>
    public static Rune RuneBefore(ReadOnlySpan<char> text, int at)
    {
        Rune.DecodeLastFromUtf16(text[..at], out var rune, out _);
        return rune;
    }

    private static byte Astral(char high, char low, out int width)
    {
        width = 2;
        return Classes(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(high, low)));
    }

    private static byte[] Build()
    {
        var classes = new byte[0x10000];
        for (var c = 0; c < classes.Length; c++)
            classes[c] = char.IsWhiteSpace((char)c) ? Space : Classes(CharUnicodeInfo.GetUnicodeCategory((char)c));
        return classes;
    }

    private static byte Classes(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Letter | UpperLike,
        UnicodeCategory.LowercaseLetter => Letter | LowerLike,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | UpperLike | LowerLike,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Mark | UpperLike | LowerLike,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        _ => 0,
    };
}
