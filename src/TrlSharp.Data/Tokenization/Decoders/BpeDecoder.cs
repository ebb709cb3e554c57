namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>BPEDecoder</c>: the end-of-word suffix becomes a space, in the last token nothing.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    public override List<string> Apply(List<string> tokens) => suffix.Length == 0
        ? throw new DataException("The decoder BPEDecoder has an empty suffix, which the reference puts between all characters. Correct tokenizer.json.")
        : [.. tokens.Select((token, i) => token.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
