using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Nmt</c>: drops control characters and makes one kind of space of many, as SentencePiece's nmt rules do.</summary>
internal sealed class NmtNormalizer : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        CharacterRewriter.Filter(buffers, c => c is not (>= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F));
        CharacterRewriter.Map(buffers, c => c is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581
            or 0xFEFF or 0xFFFD ? ' ' : c);
    }
}
