using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> normalizers) : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        foreach (var normalizer in normalizers) normalizer.Apply(buffers);
    }
}
