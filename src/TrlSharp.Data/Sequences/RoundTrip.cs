using System.Text;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// Whether ids decode to the text they came from. Tokenizers that change text on purpose (lower case, added spaces) are recognised once, by a sample,
/// and are compared after the same change or not at all.
/// </summary>
internal sealed class RoundTrip
{
    private const string Sample = "Ab \u00e9 e\u0301 \ufb01 \uff21  \n\t\ud83d\udc4d\ud83c\udffd \u05e9\u05dc \u6f22\u5b57 <x> 1234";

    private readonly Tokenizer _tokenizer;
    private readonly Func<string, string>? _change;

    public RoundTrip(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        var decoded = Decode(tokenizer, Sample);
        Func<string, string>[] changes = [t => t, t => t.Normalize(NormalizationForm.FormC), t => t.Normalize(NormalizationForm.FormKC)];
        _change = Array.Find(changes, c => c(Sample) == decoded);
    }

    /// <summary>Whether this tokenizer gives text back.</summary>
    public bool IsAvailable => _change is not null;

    /// <summary>The decoded text where it differs, or null.</summary>
    public string? Differs(string text, IEnumerable<EncodedToken> tokens)
    {
        if (_change is null) return null;
        var decoded = _tokenizer.Decode([.. tokens.Select(t => t.Id)]);
        return decoded == text || decoded == _change(text) ? null : decoded;
    }

    private static string Decode(Tokenizer tokenizer, string text) => tokenizer.Decode([.. tokenizer.Encode(text).Select(t => t.Id)]);
}
