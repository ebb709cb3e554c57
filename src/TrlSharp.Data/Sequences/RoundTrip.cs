using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// Whether ids decode to the text they came from. Tokenizers that change text on purpose (lower case, added spaces) are recognised once, by a sample,
/// and are compared after the same change or not at all.
/// </summary>
internal sealed class RoundTrip
{
    private const string Sample =
        "Ab \u00e9 e\u0301 \ufb01 \uff21  \n\t\ud83d\udc4d\ud83c\udffd \u05e9\u05dc \u6f22\u5b57 <x> 1234";

    private readonly Tokenizer _tokenizer;
    private readonly Func<string, string>? _change;
    private readonly AddedToken?[] _added;
    private readonly TokenBytes _bytes;
    private readonly bool _strips;
    private readonly bool _byteLevel;
    private readonly PieceBytes? _pieces;
    private readonly bool _spaceAfterControl;

    public RoundTrip(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _added = new AddedToken?[tokenizer.VocabularySize];
        foreach (var token in tokenizer.AddedTokens) _added[token.Id] = token;
        _bytes = new TokenBytes(tokenizer);
        _strips = tokenizer.AddedTokens.Any(t => t.LeftStrip || t.RightStrip);
        var tokens = tokenizer.Encode(Sample);
        var decoded = Decode(tokens);
        Func<string, string>[] changes =
            [t => t, t => t.Normalize(NormalizationForm.FormC), t => t.Normalize(NormalizationForm.FormKC)];
        _change = Array.Find(changes, c => c(Sample) == decoded);
        _byteLevel = _change is not null && BytesAgree(_change(Sample), tokens);
        _spaceAfterControl = !_byteLevel && AddsSpaceAfterControl();
        _pieces = _change is null || _byteLevel ? null : PieceBytes.Of(tokenizer, _spaceAfterControl);
    }

    /// <summary>Whether this tokenizer gives text back.</summary>
    public bool IsAvailable => _change is not null;

    /// <summary>The decoded text where it differs, or null.</summary>
    public string? Differs(string text, List<EncodedToken> tokens)
    {
        if (_change is null || (_byteLevel && BytesAgree(text, CollectionsMarshal.AsSpan(tokens)))) return null;
        if (_pieces is not null && _pieces.Agree(text, CollectionsMarshal.AsSpan(tokens))) return null;
        var decoded = Decode(CollectionsMarshal.AsSpan(tokens));
        return decoded == text || decoded == _change(text) || BytesAgree(_change(text), CollectionsMarshal.AsSpan(tokens))
            || (_spaceAfterControl && AgreesButForSpaces(text, decoded, CollectionsMarshal.AsSpan(tokens))) ? null : decoded;
    }

    /// <summary>SentencePiece's old habit: the text after a control token gets a space in front, as the text at the start does, but keeps it when decoded.</summary>
    private bool AddsSpaceAfterControl()
    {
        if (_tokenizer.AddedTokens.FirstOrDefault(t => t is { Special: true, LeftStrip: false, RightStrip: false }) is not { } control) return false;
        return Decode(_tokenizer.Encode($"a{control.Content}b")) == $"a{control.Content} b";
    }

    /// <summary>Equal, except that one space more may stand directly behind a control token.</summary>
    private bool AgreesButForSpaces(string text, string decoded, ReadOnlySpan<EncodedToken> tokens)
    {
        var (at, next) = (0, 0);
        foreach (var token in tokens)
        {
            if (_added[token.Id] is null) continue;
            var part = text.AsSpan(at, token.End - at);
            if (!decoded.AsSpan(next).StartsWith(part)) return false;
            (at, next) = (token.End, next + part.Length);
            if (Spaces(decoded, next) == Spaces(text, at) + 1) next++;
        }

        return decoded.AsSpan(next).SequenceEqual(text.AsSpan(at));

        static int Spaces(string text, int start) => text.AsSpan(start) is var rest ? rest.Length - rest.TrimStart(' ').Length : 0;
    }

    /// <summary>Compares byte by byte without making a string; white space that a control token swallowed is passed over.</summary>
    private bool BytesAgree(string text, ReadOnlySpan<EncodedToken> tokens)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
            foreach (var token in tokens)
            {
                var added = _strips ? _added[token.Id] : null;
                if (added is { LeftStrip: true }) rest = rest.TrimStart(" \t\r\n"u8);
                var length = _bytes.LengthAt(token.Id, rest);
                if (length < 0) return false;
                rest = rest[length..];
                if (added is { RightStrip: true }) rest = rest.TrimStart(" \t\r\n"u8);
            }

            return rest.IsEmpty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string Decode(ReadOnlySpan<EncodedToken> tokens)
    {
        var ids = new int[tokens.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = tokens[i].Id;
        return _tokenizer.Decode(ids);
    }
}
