namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Fuse</c>: all strings become one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override List<string> Apply(List<string> tokens) => [string.Concat(tokens)];
}
