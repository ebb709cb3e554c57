using TrlSharp.Tokenization.Files;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization;

/// <summary>
/// A Hugging Face fast tokenizer: reads <c>tokenizer.json</c> and gives the ids and ranges that the <c>tokenizers</c> library gives
/// (github.com/huggingface/tokenizers), or refuses the file by the name of what is not implemented. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Text is UTF-16. A lone surrogate is encoded as U+FFFD, as every program does that passes text on as UTF-8; ranges still refer to the text
/// that was given.
/// </remarks>
public sealed class Tokenizer
{
    private readonly EncodingPipeline _pipeline;
    private readonly TokenizerParts _parts;
    private readonly TokenDecoder _decoder;

    internal Tokenizer(TokenizerParts parts, TokenizerSettings settings)
    {
        (_parts, _pipeline, Settings) = (parts, parts.Pipeline, settings);
        _decoder = new TokenDecoder(_pipeline, parts.Decoder, settings.CleanUpTokenizationSpaces);
        AddedTokens = [.. _pipeline.Added.Tokens];
        VocabularySize = Math.Max(_pipeline.Model.Vocabulary.MaxId, AddedTokens.Count == 0 ? -1 : AddedTokens[^1].Id) + 1;
    }

    /// <summary>The largest id plus one: how many rows an embedding table needs at least.</summary>
    public int VocabularySize { get; }

    /// <summary>The tokens that are found in the text before the model sees it, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Names to strings as templates see them: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, …</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => Settings.SpecialTokens;

    /// <summary>Beginning of sequence, or null.</summary>
    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    /// <summary>End of sequence, or null.</summary>
    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Padding, or null.</summary>
    public string? PadToken => SpecialTokens.GetValueOrDefault("pad_token");

    /// <summary>Unknown text, or null.</summary>
    public string? UnkToken => SpecialTokens.GetValueOrDefault("unk_token");

    /// <summary>Id of <see cref="BosToken"/>, or null.</summary>
    public int? BosTokenId => BosToken is { } token ? IdOf(token) : null;

    /// <summary>Id of <see cref="EosToken"/>, or null.</summary>
    public int? EosTokenId => EosToken is { } token ? IdOf(token) : null;

    /// <summary>Id of <see cref="PadToken"/>, or null.</summary>
    public int? PadTokenId => PadToken is { } token ? IdOf(token) : null;

    /// <summary>Id of <see cref="UnkToken"/>, or null.</summary>
    public int? UnkTokenId => UnkToken is { } token ? IdOf(token) : null;

    /// <summary>What <c>tokenizer_config.json</c> adds to the file.</summary>
    internal TokenizerSettings Settings { get; }

    internal TokenizerParts Parts => _parts;

    /// <summary>Reads a tokenizer from the contents of <c>tokenizer.json</c> and, if given, <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="ModelFolderException">The file is damaged, or uses what is not implemented.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte> tokenizerConfigJson = default) =>
        TokenizerBuilder.Build(tokenizerJson, tokenizerConfigJson, default, default);

    /// <summary>
    /// A tokenizer with more added tokens. A token that the vocabulary has keeps its id, whatever the entry says; others get the ids after the
    /// largest (<see cref="AddedToken.Id"/> is not heeded), so the model's embeddings may have to grow to <see cref="VocabularySize"/>. An entry for
    /// a token that is there already replaces its flags, but what was special stays so when text is decoded without special tokens: that is what the
    /// tokenizers library does.
    /// </summary>
    /// <exception cref="ConfigException">A token is empty.</exception>
    public Tokenizer WithAddedTokens(IEnumerable<AddedToken> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        AddedToken[] more = [.. tokens];
        if (more.Any(token => string.IsNullOrEmpty(token.Content))) throw new ConfigException("An added token is empty; it would be found nowhere.");
        return new Tokenizer(_parts with { Pipeline = _pipeline.With(more) }, Settings);
    }

    /// <summary>What the file says: model, steps, sizes.</summary>
    public TokenizerDescription Describe() => TokenizerDescription.Of(_parts);

    /// <summary>
    /// Reads the tokenizer of a model folder, or a <c>tokenizer.json</c>, <c>tekken.json</c> or <c>tokenizer.model</c> by itself. In a folder: <c>tokenizer.json</c>, or else <c>vocab.json</c> with <c>merges.txt</c>, <c>tekken.json</c> or
    /// <c>tokenizer.model</c>; with <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> where they are.
    /// </summary>
    /// <exception cref="ModelFolderException">No tokenizer, a damaged one, or one that uses what is not implemented.</exception>
    public static Tokenizer Load(string path) => TokenizerFolder.Load(path);

    /// <summary>Writes <c>tokenizer.json</c>, which the tokenizers library reads back to the same, and the other files of a model folder.</summary>
    public void Save(string folder) => TokenizerFolder.Save(this, folder);

    /// <summary>Tokens of a text, in order; with the tokens of the post-processor (a BOS, say) if asked for.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor's template is applied; its tokens have the range [0, 0).</param>
    /// <param name="gate">Where added tokens may be recognised; everywhere when null.</param>
    public EncodedToken[] Encode(string text, bool addSpecialTokens = false, AddedTokenGate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new List<EncodedToken>((text.Length / 3) + 4);
        _pipeline.Encode(text, output, addSpecialTokens, gate);
        return [.. output];
    }

    /// <summary>Appends the tokens of a text to a list that the caller reuses; nothing else is allocated once the buffers have grown.</summary>
    public void Encode(ReadOnlySpan<char> text, List<EncodedToken> output, bool addSpecialTokens = false, AddedTokenGate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        _pipeline.Encode(text, output, addSpecialTokens, gate);
    }

    /// <summary>
    /// Appends the tokens of one part of a text whose other parts are encoded apart from it, as an engine holds a prompt and its answer. Where ordinary
    /// text comes before, nothing (a space, ▁) is put in front. No tokens are added by the post-processor, and it trims no ranges.
    /// </summary>
    /// <param name="text">The part.</param>
    /// <param name="output">Receives the tokens; ranges count from the beginning of the part.</param>
    /// <param name="isFirst">Whether the text begins with this part.</param>
    /// <param name="afterText">Whether ordinary text, and not an added token, comes directly before it.</param>
    /// <param name="gate">Where added tokens may be recognised; everywhere when null.</param>
    public void EncodePart(ReadOnlySpan<char> text, List<EncodedToken> output, bool isFirst, bool afterText, AddedTokenGate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        _pipeline.EncodePart(text, output, gate, isFirst ? TextPlace.Beginning : afterText ? TextPlace.AfterText : TextPlace.AfterToken);
    }

    /// <summary>How far beyond the end of an added token the text can matter to whether that token, or one before it, is found.</summary>
    internal int Sight => _pipeline.Added.LongestRaw + 1;

    /// <summary>The first part of a text, of which the tokens before <paramref name="from"/> are known.</summary>
    /// <param name="text">The part.</param>
    /// <param name="output">Holds the tokens before <paramref name="from"/>, and receives the others.</param>
    /// <param name="from">0, or the end of a mark from which encoding goes on.</param>
    /// <param name="marks">Receives the ends of added tokens behind <paramref name="from"/>.</param>
    /// <param name="known">Stretches of other texts with which stretches of this one may end.</param>
    /// <param name="gate">Where added tokens may be recognised; everywhere when null.</param>
    internal void EncodeBeginning(ReadOnlySpan<char> text, List<EncodedToken> output, int from, List<TokenMark> marks, List<EncodedStretch>? known, AddedTokenGate? gate) =>
        _pipeline.EncodePart(text, output, gate, TextPlace.Beginning, from, marks, known);

    /// <summary>A part of a text that does not begin it; also tells where added tokens were found.</summary>
    internal void EncodeNext(ReadOnlySpan<char> text, List<EncodedToken> output, bool afterText, List<TokenMark> marks, AddedTokenGate? gate) =>
        _pipeline.EncodePart(text, output, gate, afterText ? TextPlace.AfterText : TextPlace.AfterToken, 0, marks);

    /// <summary>
    /// Tokens of a text, cut and padded as <c>truncation</c> and <c>padding</c> of the file say (embedding models set them). The other overloads
    /// never cut or pad, as in transformers.
    /// </summary>
    public EncodedToken[] EncodeToFileLength(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new List<EncodedToken>();
        _pipeline.Encode(text, output, addSpecialTokens, gate: null, limitLength: true);
        return [.. output];
    }

    /// <summary>Encodes many texts on up to <paramref name="threads"/> threads; result i belongs to text i and does not depend on the threads.</summary>
    public IReadOnlyList<EncodedToken[]> EncodeBatch(IReadOnlyList<string> texts, int threads = 1, bool addSpecialTokens = false, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var results = new EncodedToken[texts.Count][];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = stop };
        Parallel.For(0, texts.Count, options, i => results[i] = Encode(texts[i], addSpecialTokens));
        return results;
    }

    /// <summary>The text of ids; ids that no token has are passed over.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether tokens that are marked special are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => _decoder.Decode(ids, skipSpecialTokens);

    /// <summary>A decoder that is fed id by id and gives text as soon as it is certain.</summary>
    public DecodeStream StreamDecode(bool skipSpecialTokens = false) => new(_decoder, skipSpecialTokens);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (_pipeline.Added.Find(token) is { } added) return added.Id;
        return _pipeline.Model.Vocabulary.Find(token) is >= 0 and var id ? id : null;
    }

    /// <summary>Whether it is plain without encoding that no token of a text lies across a place inside of it.</summary>
    internal bool IsSurelyCutAt(ReadOnlySpan<char> text, int at, AddedTokenGate? gate) => _pipeline.IsSurelyCutAt(text, at, gate);

    /// <summary>Whether an id is that of an added token.</summary>
    internal bool IsAdded(int id) => _pipeline.Added.Find(id) is not null;

    /// <summary>The token of an id as the vocabulary spells it (byte-level vocabularies: in the byte alphabet), or null.</summary>
    public string? TokenOf(int id) => _pipeline.Added.Find(id)?.Content ?? _pipeline.Model.Vocabulary.TokenOf(id);
}
