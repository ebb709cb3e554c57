using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Prepend</c>: puts a string before a text that is not empty.</summary>
internal sealed class PrependNormalizer(string lead) : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        if (buffers.Place != TextPlace.AfterText) buffers.Text.Prepend(lead);
    }
}
