using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary>Rewrites the text of a stretch before it is cut into pieces. Immutable.</summary>
internal abstract class Normalizer
{
    public abstract void Apply(TextBuffers buffers);
}
