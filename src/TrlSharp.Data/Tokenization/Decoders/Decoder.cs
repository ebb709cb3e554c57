namespace TrlSharp.Tokenization.Decoders;

/// <summary>One step from tokens back to text: strings in, strings out; what the last step leaves is concatenated. Immutable.</summary>
internal abstract class Decoder
{
    public abstract List<string> Apply(List<string> tokens);
}
