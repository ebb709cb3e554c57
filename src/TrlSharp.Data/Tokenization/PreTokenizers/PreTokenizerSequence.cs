using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class PreTokenizerSequence(PreTokenizer[] preTokenizers) : PreTokenizer
{
    public ReadOnlySpan<PreTokenizer> Steps => preTokenizers;

    public override void Apply(TextBuffers buffers)
    {
        foreach (var preTokenizer in preTokenizers) preTokenizer.Apply(buffers);
    }
}
