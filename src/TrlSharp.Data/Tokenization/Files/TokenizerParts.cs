using System.Text.Json;
using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.Decoders;

namespace TrlSharp.Tokenization.Files;

/// <summary>The parts of a tokenizer, made of a <c>tokenizer.json</c>, with the JSON they were made of (for saving).</summary>
internal sealed record TokenizerParts(
    EncodingPipeline Pipeline, Decoder? Decoder, IReadOnlyDictionary<string, JsonElement> Sections, IReadOnlyDictionary<string, JsonElement> ModelFields)
{
    /// <summary>Reads a file, with what <paramref name="config"/> amends.</summary>
    public static TokenizerParts Read(TokenizerFile file, TokenizerConfig? config = null)
    {
        if (Section(file, "version") is { } version && !(version.ValueKind == JsonValueKind.String && version.ValueEquals("1.0")))
            throw new ModelFolderException($"{TokenizerFile.Name} has the version {version.GetRawText()}; TrlSharp reads \"1.0\".");
        var normalizer = Fields(file, "normalizer") is { } n ? NormalizerReader.Read(n) : null;
        var preTokenizer = Fields(file, "pre_tokenizer") is { } p ? PreTokenizerReader.Read(p) : null;
        var model = ModelReader.Read(file, () => ByteLevelLast.Take(ref preTokenizer));
        preTokenizer = BoundaryCuts.Add(preTokenizer, normalizer, model);
        var decoder = Fields(file, "decoder") is { } d ? DecoderReader.Read(d) : null;
        var tokens = AddedTokens(file);
        if (config is not null) tokens = config.Amend(tokens);
        var added = AddedVocabulary.Create(model.Vocabulary, normalizer, tokens);
        var postProcessor = Fields(file, "post_processor") is { } post ? PostProcessorReader.Read(post) : null;
        if (config is not null) postProcessor = config.Amend(postProcessor, added);
        var limits = LengthLimitsReader.Read(Fields(file, "truncation"), Fields(file, "padding"));
        return new TokenizerParts(new EncodingPipeline(added, normalizer, preTokenizer, model, postProcessor, limits), decoder, file.Sections, file.ModelFields);
    }

    /// <summary>An entry of <c>added_tokens</c> or <c>added_tokens_decoder</c>.</summary>
    public static AddedToken ReadAddedToken(JsonFields json, int id) => new(
        id,
        json.String("content"),
        json.Bool("special", false),
        json.Bool("normalized", !json.Bool("special", false)),
        json.Bool("lstrip", false),
        json.Bool("rstrip", false),
        json.Bool("single_word", false));

    private static List<AddedToken> AddedTokens(TokenizerFile file)
    {
        if (Section(file, "added_tokens") is not { } section) return [];
        if (section.ValueKind != JsonValueKind.Array) throw new ModelFolderException($"{TokenizerFile.Name}: added_tokens must be an array.");
        return [.. section.EnumerateArray().Select((token, i) =>
        {
            var json = new JsonFields(token, $"{TokenizerFile.Name}: added_tokens[{i}]");
            return ReadAddedToken(json, json.Int("id"));
        })];
    }

    private static JsonFields? Fields(TokenizerFile file, string name) =>
        Section(file, name) is { } section ? new JsonFields(section, $"{TokenizerFile.Name}: {name}") : null;

    private static JsonElement? Section(TokenizerFile file, string name) =>
        file.Sections.TryGetValue(name, out var section) && section.ValueKind != JsonValueKind.Null ? section : null;
}
