using System.Text;
using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary><c>\w+|[^\w\s]+</c> of the <c>Whitespace</c> pre-tokenizer, with the \w of Rust's regex crate.</summary>
internal sealed class WordsAndSymbolsPattern : TextPattern
{
    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        var (start, current) = (0, Kind.Space);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
            var kind = CharacterClasses.IsRustWord(rune) ? Kind.Word : CharacterRewriter.IsWhiteSpace(rune.Value) ? Kind.Space : Kind.Symbol;
            if (kind != current)
            {
                if (current != Kind.Space) matches.Add(start, at);
                (start, current) = (at, kind);
            }

            at += width;
        }

        if (current != Kind.Space) matches.Add(start, text.Length);
    }

    private enum Kind
    {
        Space,
        Word,
        Symbol,
    }
}
