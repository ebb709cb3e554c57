using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Runs of one character.</summary>
internal sealed class RunPattern(char character) : TextPattern
{
    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        for (var at = 0; text[at..].IndexOf(character) is >= 0 and var next;)
        {
            var start = at + next;
            var length = text[start..].IndexOfAnyExcept(character);
            at = length < 0 ? text.Length : start + length;
            matches.Add(start, at);
        }
    }
}
