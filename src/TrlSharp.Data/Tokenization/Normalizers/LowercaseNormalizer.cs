using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Lowercase</c>.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override void Apply(TextBuffers buffers) => CharacterRewriter.ToLower(buffers);
}
