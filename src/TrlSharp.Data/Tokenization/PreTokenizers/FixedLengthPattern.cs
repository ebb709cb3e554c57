using System.Text;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Stretches of <paramref name="length"/> characters; the last may be shorter.</summary>
internal sealed class FixedLengthPattern(int length) : TextPattern
{
    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        var (start, count) = (0, 0);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out _, out var width);
            at += width;
            if (++count < length && at < text.Length) continue;
            matches.Add(start, at);
            (start, count) = (at, 0);
        }
    }
}
