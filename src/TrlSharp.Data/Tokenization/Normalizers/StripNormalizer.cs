using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Strip</c>: removes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        var text = buffers.Text.Chars;
        var (start, end) = (0, text.Length);
        while (left && start < end && char.IsWhiteSpace(text[start])) start++;
        while (right && end > start && char.IsWhiteSpace(text[end - 1])) end--;
        if (start == 0 && end == text.Length) return;
        buffers.NextText().Append(buffers.Text, start, end);
        buffers.SwapText();
    }
}
