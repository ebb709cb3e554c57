using System.Buffers;
using System.Text;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Decoders;

/// <summary>
/// <c>ByteLevel</c>: the bytes that the tokens spell, as UTF-8; a token with a character outside the byte alphabet (a control token) counts
/// as its own UTF-8. Each maximal invalid stretch becomes one U+FFFD.
/// </summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override List<string> Apply(List<string> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var token in tokens)
        {
            var mapped = true;
            foreach (var c in token) mapped &= ByteAlphabet.ByteOf(c) >= 0;
            var span = bytes.GetSpan(token.Length * 3);
            if (mapped)
            {
                for (var i = 0; i < token.Length; i++) span[i] = (byte)ByteAlphabet.ByteOf(token[i]);
                bytes.Advance(token.Length);
            }
            else
            {
                bytes.Advance(Encoding.UTF8.GetBytes(token, span));
            }
        }

        return [Encoding.UTF8.GetString(bytes.WrittenSpan)];
    }
}
