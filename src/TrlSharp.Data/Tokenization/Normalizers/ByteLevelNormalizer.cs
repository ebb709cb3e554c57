using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>ByteLevel</c>: writes every byte of the UTF-8 as its character of the byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        var source = buffers.Text;
        var target = buffers.NextText();
        AppendMapped(source, 0, source.Length, target);
        buffers.SwapText();
    }

    /// <summary>Appends the byte characters of <c>[start, end)</c>; each takes the range of the character it is a byte of.</summary>
    internal static void AppendMapped(AlignedText source, int start, int end, AlignedText target)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var at = start; at < end;)
        {
            System.Text.Rune.DecodeFromUtf16(source.Chars[at..end], out var rune, out var width);
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) target.Append(ByteAlphabet.CharOf(b), source.Start(at), source.End(at));
            at += width;
        }
    }
}
