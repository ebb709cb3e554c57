using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Cuts the pieces of a text further, and may rewrite them. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract void Apply(TextBuffers buffers);

    /// <summary>What finds the pieces, where the step cuts a text that is one piece into these words and does nothing else; null for all others.</summary>
    public virtual WordScanner? Words => null;

    /// <summary>Whether the step does nothing at all.</summary>
    public virtual bool IsIdle => false;
}
