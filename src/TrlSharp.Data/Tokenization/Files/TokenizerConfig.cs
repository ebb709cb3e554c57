using System.Text.Json;
using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.PostProcessors;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c>: names of special tokens, and added tokens whose
/// flags overrule those of <c>tokenizer.json</c>, as transformers does it.
/// </summary>
internal sealed class TokenizerConfig
{
    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private static readonly string[] TemplateWriters = ["LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer"];

    private readonly List<AddedToken> _declared = [];
    private readonly List<AddedToken> _special = [];
    private bool _writesTemplate;
    private (bool Bos, bool Eos) _adds;

    public TokenizerSettings Settings { get; private set; } = new();

    public static TokenizerConfig Read(ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte> specialTokensMapJson, ReadOnlyMemory<byte> addedTokensJson)
    {
        var config = new TokenizerConfig();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!addedTokensJson.IsEmpty) config.ReadAddedTokens(Fields(addedTokensJson, "added_tokens.json"));
        if (!specialTokensMapJson.IsEmpty) config.ReadNames(Fields(specialTokensMapJson, "special_tokens_map.json"), names);
        var cleanUp = false;
        if (!configJson.IsEmpty)
        {
            var json = Fields(configJson, "tokenizer_config.json");
            config.ReadNames(json, names);
            if (json.Get("added_tokens_decoder") is not null) config.ReadDecoder(json.Object("added_tokens_decoder"));
            cleanUp = json.Bool("clean_up_tokenization_spaces", false);

            // These classes write the template themselves and pay no heed to the one in tokenizer.json.
            config._writesTemplate = json.OptionalString("tokenizer_class") is { } name && TemplateWriters.Contains(name.Replace("Fast", "", StringComparison.Ordinal));
            config._adds = (json.Bool("add_bos_token", true), json.Bool("add_eos_token", false));
        }

        config.Settings = new TokenizerSettings { SpecialTokens = names, CleanUpTokenizationSpaces = cleanUp, ConfigJson = configJson };
        return config;
    }

    /// <summary>Adds to the tokens of <c>tokenizer.json</c> what the other files declare.</summary>
    public List<AddedToken> Amend(List<AddedToken> tokens)
    {
        var amended = new List<AddedToken>(tokens);
        foreach (var token in _declared.OrderBy(token => token.Id))
        {
            var at = amended.FindIndex(other => other.Content == token.Content);
            if (at >= 0) amended[at] = token;
            else amended.Add(token);
        }

        foreach (var token in _special)
            if (!amended.Exists(other => other.Content == token.Content)) amended.Add(token);
        return amended;
    }

    /// <summary>The post-processor, or the one that the tokenizer's class puts in its place.</summary>
    public PostProcessor? Amend(PostProcessor? postProcessor, AddedVocabulary added)
    {
        if (!_writesTemplate) return postProcessor;
        int[] Ids(string name, bool wanted) =>
            wanted && Settings.SpecialTokens.TryGetValue(name, out var token) && added.Find(token) is { } found ? [found.Id] : [];
        return new TemplateProcessor(Ids("bos_token", _adds.Bos), Ids("eos_token", _adds.Eos));
    }

    private static JsonFields Fields(ReadOnlyMemory<byte> json, string name)
    {
        using var document = JsonDocument.Parse(TokenizerBuilder.WithoutMark(json));
        return new JsonFields(document.RootElement.Clone(), name);
    }

    private void ReadNames(JsonFields json, Dictionary<string, string> names)
    {
        foreach (var name in Names)
            if (json.Get(name) is { } value) names[name] = Special(value, $"{json.Path}.{name}");
        if (json.Get("additional_special_tokens") is { ValueKind: JsonValueKind.Array })
            foreach (var (value, path) in json.Array("additional_special_tokens")) Special(value, path);
        if (json.Get("extra_special_tokens") is { ValueKind: JsonValueKind.Object })
            foreach (var member in json.Object("extra_special_tokens").Members) names[member.Name] = Special(member.Value, $"{json.Path}.extra_special_tokens.{member.Name}");
    }

    /// <summary>A special token: a string, or an object with flags.</summary>
    private string Special(JsonElement value, string path)
    {
        var token = value.ValueKind == JsonValueKind.String
            ? new AddedToken(-1, value.GetString()!, Special: true, Normalized: false)
            : TokenizerParts.ReadAddedToken(new JsonFields(value, path), -1) with { Special = true };
        _special.Add(token);
        return token.Content;
    }

    private void ReadAddedTokens(JsonFields json)
    {
        foreach (var member in json.Members)
        {
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out var id)) throw new ModelFolderException($"{json.Path}: \"{member.Name}\" must have an id.");
            _special.Add(new AddedToken(id, member.Name, Special: false, Normalized: true));
        }
    }

    private void ReadDecoder(JsonFields json)
    {
        foreach (var member in json.Members)
        {
            if (!int.TryParse(member.Name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
                throw new ModelFolderException($"{json.Path}: \"{member.Name}\" must be an id.");
            _declared.Add(TokenizerParts.ReadAddedToken(new JsonFields(member.Value, $"{json.Path}.{member.Name}"), id));
        }
    }
}
