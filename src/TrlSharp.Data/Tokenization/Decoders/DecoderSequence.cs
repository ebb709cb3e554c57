namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> decoders) : Decoder
{
    public override List<string> Apply(List<string> tokens) => decoders.Aggregate(tokens, (current, decoder) => decoder.Apply(current));
}
