using System.Buffers.Binary;
using System.Text;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Sequences;

/// <summary>
/// The bytes that each token of a byte-level vocabulary stands for, found when first needed. Two threads at worst find the same bytes twice.
/// </summary>
internal sealed class TokenBytes
{
    private const int Short = 7;

    private readonly Tokenizer _tokenizer;
    private readonly byte[]?[] _bytes;

    /// <summary>For tokens of few bytes, which most are, the bytes from the lowest up, and above them their number and one; 0 for all others.</summary>
    private readonly ulong[] _packed;

    public TokenBytes(Tokenizer tokenizer) =>
        (_tokenizer, _bytes, _packed) = (tokenizer, new byte[]?[tokenizer.VocabularySize], new ulong[tokenizer.VocabularySize]);

    /// <summary>How many bytes of a text are those of a token; −1 when the text does not begin with them.</summary>
    public int LengthAt(int id, ReadOnlySpan<byte> text)
    {
        var packed = _packed[id];
        if (packed != 0 && text.Length >= sizeof(ulong))
        {
            var length = (int)(packed >> (8 * Short)) - 1;
            var differs = (BinaryPrimitives.ReadUInt64LittleEndian(text) ^ packed) & ((1UL << (8 * length)) - 1);
            return differs == 0 ? length : -1;
        }

        var bytes = _bytes[id] ?? Find(id);
        return text.StartsWith(bytes) ? bytes.Length : -1;
    }

    private byte[] Find(int id)
    {
        var token = _tokenizer.TokenOf(id) ?? "";
        var isBytes = !_tokenizer.IsAdded(id) && token.All(c => ByteAlphabet.ByteOf(c) >= 0);
        var bytes = isBytes ? [.. token.Select(c => (byte)ByteAlphabet.ByteOf(c))] : Encoding.UTF8.GetBytes(token);
        if (bytes.Length <= Short)
        {
            var packed = (ulong)(bytes.Length + 1) << (8 * Short);
            for (var i = 0; i < bytes.Length; i++) packed |= (ulong)bytes[i] << (8 * i);
            _packed[id] = packed;
        }

        return _bytes[id] = bytes;
    }
}
