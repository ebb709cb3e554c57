using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Cuts the pieces of a text further, and may rewrite them. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract void Apply(TextBuffers buffers);
}
