using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary>Rewrites the text of a stretch before it is cut into pieces. Immutable.</summary>
internal abstract class Normalizer
{
    public abstract void Apply(TextBuffers buffers);

    /// <summary>Whether it is known at a glance that this text stays as it is, and with it every end of it.</summary>
    public virtual bool Keeps(ReadOnlySpan<char> text) => false;
}
