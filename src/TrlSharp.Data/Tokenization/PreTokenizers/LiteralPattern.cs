using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>A string to look for; an empty one is nowhere.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public string Literal => literal;

    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        if (literal.Length == 0) return;
        for (var at = 0; text[at..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var next;)
        {
            matches.Add(at + next, at + next + literal.Length);
            at += next + literal.Length;
        }
    }
}
