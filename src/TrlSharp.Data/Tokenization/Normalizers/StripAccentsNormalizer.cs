using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>StripAccents</c>: removes combining marks; it does not decompose, so it follows an NFD in real files.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override void Apply(TextBuffers buffers) => CharacterRewriter.Filter(buffers, c => !CharacterSet.CombiningMarks.Contains(c));
}
