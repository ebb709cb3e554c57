using System.Text;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Every single character that a predicate accepts.</summary>
internal sealed class CharacterPattern(Func<int, bool> accepts) : TextPattern
{
    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
            if (accepts(rune.Value)) matches.Add(at, at + width);
            at += width;
        }
    }
}
