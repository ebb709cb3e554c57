namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Metaspace</c>: ▁ becomes a space; in the first token it falls away unless nothing was prepended when encoding.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropsFirst) : Decoder
{
    public override List<string> Apply(List<string> tokens) =>
        [.. tokens.Select((token, i) => i == 0 && dropsFirst ? token.Replace(replacement, "", StringComparison.Ordinal) : token.Replace(replacement, " ", StringComparison.Ordinal))];
}
