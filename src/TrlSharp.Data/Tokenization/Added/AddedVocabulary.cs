using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Added;

/// <summary>
/// The tokens on top of the model's vocabulary. A token that the vocabulary has keeps that id; others get the ids after the vocabulary in
/// the order in which they are added, whatever id the file gives them: that is what the reference does.
/// </summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, string> _normalized = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);

    private AddedVocabulary(Utf8Vocabulary vocabulary, Normalizer? normalizer, IEnumerable<AddedToken> tokens)
    {
        long next = vocabulary.IdCount;
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0) continue;
            var id = _byContent.TryGetValue(token.Content, out var known) ? known.Id : vocabulary.Find(token.Content);

            // A token that is listed twice has the flags of the last entry, but stays special once it was.
            var added = token with { Id = id >= 0 ? id : checked((int)next++), Special = token.Special || _special.Contains(token.Content) };
            _byContent[added.Content] = added;
            _byId[added.Id] = added;
            if (added.Special) _special.Add(added.Content);
        }

        // Where the vocabulary's ids have holes, a token can get an id that is taken. Both are found in texts; the last one is what the id decodes to.
        Tokens = [.. _byContent.Values.OrderBy(token => token.Id)];
        foreach (var token in Tokens)
            if (token.Normalized && normalizer is not null && Normalize(normalizer, token.Content) is var form && form != token.Content)
                _normalized[token.Content] = form;
        Raw = new AddedTokenTrie(Tokens.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        LongestRaw = Tokens.Where(token => !token.Normalized).Select(token => token.Content.Length).DefaultIfEmpty().Max();
        Normalized = new AddedTokenTrie(Tokens.Where(token => token.Normalized).Select(token => (_normalized.GetValueOrDefault(token.Content, token.Content), token)));
    }

    /// <summary>Tokens that are looked for in the text as it comes.</summary>
    public AddedTokenTrie Raw { get; }

    /// <summary>UTF-16 units of the longest of them.</summary>
    public int LongestRaw { get; }

    /// <summary>Tokens that are looked for in the normalized text.</summary>
    public AddedTokenTrie Normalized { get; }

    /// <summary>All of them, by id.</summary>
    public IReadOnlyCollection<AddedToken> Tokens { get; }

    public static AddedVocabulary Create(Utf8Vocabulary vocabulary, Normalizer? normalizer, IEnumerable<AddedToken> tokens) =>
        new(vocabulary, normalizer, tokens);

    public AddedToken? Find(string content) => _byContent.GetValueOrDefault(content);

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>What decoders see for an added token: its normalized form, so that they can undo the normalization.</summary>
    public string? DecodedForm(int id) => _byId.TryGetValue(id, out var token) ? _normalized.GetValueOrDefault(token.Content, token.Content) : null;

    /// <summary>Whether decoding without special tokens leaves this string out.</summary>
    public bool IsSpecial(string token) => _special.Contains(token);

    private static string Normalize(Normalizer normalizer, string content)
    {
        var buffers = new TextBuffers();
        buffers.Text.Set(content, 0);
        normalizer.Apply(buffers);
        return buffers.Text.Chars.ToString();
    }
}
