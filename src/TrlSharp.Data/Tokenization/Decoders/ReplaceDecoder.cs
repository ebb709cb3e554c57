using System.Text;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Replace</c>: writes <paramref name="content"/> for every match of a pattern in each string.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    public override List<string> Apply(List<string> tokens) => [.. tokens.Select(Replace)];

    private string Replace(string token)
    {
        if (pattern is LiteralPattern { Literal: { Length: > 0 } literal }) return token.Replace(literal, content, StringComparison.Ordinal);
        var matches = new PieceList();
        pattern.FindAll(token, matches);
        var output = new StringBuilder();
        var at = 0;
        for (var i = 0; i < matches.Count; i++)
        {
            var (start, end) = matches[i];
            output.Append(token, at, start - at).Append(content);
            at = end;
        }

        return output.Append(token, at, token.Length - at).ToString();
    }
}
