using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class PreTokenizerSequence(PreTokenizer[] preTokenizers) : PreTokenizer
{
    public ReadOnlySpan<PreTokenizer> Steps => preTokenizers;

    public override WordScanner? Words => preTokenizers is [var first, .. var others] && Array.TrueForAll(others, o => o.IsIdle) ? first.Words : null;

    public override void Apply(TextBuffers buffers)
    {
        foreach (var preTokenizer in preTokenizers) preTokenizer.Apply(buffers);
    }
}
