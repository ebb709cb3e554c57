namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>CTC</c>: repeated tokens count once, the padding token falls away, the word delimiter is a space.</summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiter, bool cleanUp) : Decoder
{
    public override List<string> Apply(List<string> tokens)
    {
        var output = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1]) continue;
            var token = tokens[i].Replace(padToken, "", StringComparison.Ordinal);
            if (cleanUp) token = WordPieceDecoder.CleanUp(token).Replace(wordDelimiter, " ", StringComparison.Ordinal);
            if (token.Length > 0) output.Add(token);
        }

        return output;
    }
}
