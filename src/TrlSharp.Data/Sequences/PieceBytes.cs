using System.Buffers;
using System.Globalization;
using System.Text;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// Compares a text with SentencePiece tokens byte by byte, without decoding them to strings. It knows the one decoder that such files have: ▁ is a space,
/// &lt;0xHH> a byte, and one space at the very beginning may fall away. Each token's bytes are checked against the decoder once.
/// </summary>
internal sealed class PieceBytes
{
    private const string Steps = """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}""";
    private const string Strip = """,{"type":"Strip","content":" ","start":1,"stop":0}""";

    private readonly Tokenizer _tokenizer;
    private readonly HashSet<int> _added;
    private readonly bool _strips;
    private readonly bool _spaceAfterControl;
    private readonly byte[]?[] _bytes;

    private PieceBytes(Tokenizer tokenizer, bool strips, bool spaceAfterControl)
    {
        (_tokenizer, _strips, _spaceAfterControl) = (tokenizer, strips, spaceAfterControl);
        _added = [.. tokenizer.AddedTokens.Select(t => t.Id)];
        _bytes = new byte[]?[tokenizer.VocabularySize];
    }

    /// <summary>Null for tokenizers with another decoder.</summary>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="spaceAfterControl">Text directly behind a control token decodes with one more space.</param>
    public static PieceBytes? Of(Tokenizer tokenizer, bool spaceAfterControl)
    {
        if (tokenizer.Settings.CleanUpTokenizationSpaces) return null;
        var decoder = tokenizer.Describe().Steps.First(s => s.Name == "decoder").Json;
        var strips = decoder == Steps + Strip + "]}";
        return strips || decoder == Steps + "]}" ? new PieceBytes(tokenizer, strips, spaceAfterControl) : null;
    }

    /// <summary>True: the tokens decode to the text. False: they do not, or it takes the decoder itself to tell.</summary>
    public bool Agree(string text, ReadOnlySpan<EncodedToken> tokens)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
            var mayDrop = _strips;
            if (_strips && rest is [(byte)' ', ..]) return false;
            foreach (var token in tokens)
            {
                ReadOnlySpan<byte> bytes = _bytes[token.Id] ??= BytesOf(token.Id);
                if (bytes.IsEmpty) return false;
                if (mayDrop && bytes[0] == ' ' && !(rest is [(byte)' ', ..])) bytes = bytes[1..];
                if (!rest.StartsWith(bytes)) return false;
                rest = rest[bytes.Length..];
                mayDrop = _spaceAfterControl && _added.Contains(token.Id);
            }

            return rest.IsEmpty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Empty for a token that the decoder writes otherwise; whoever meets it has to ask the decoder.</summary>
    private byte[] BytesOf(int id)
    {
        if (_tokenizer.TokenOf(id) is not { } token) return [];
        var decoded = _tokenizer.Decode([id]);
        if (token is ['<', '0', 'x', var high, var low, '>'] && !_added.Contains(id))
            return char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low) ? [byte.Parse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)] : [];
        var text = token.Replace('▁', ' ');
        return decoded == (_strips && text.StartsWith(' ') ? text[1..] : text) ? Encoding.UTF8.GetBytes(text) : [];
    }
}
