using System.Text;
using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// <c>tokenizer.model</c> as transformers converts it (convert_slow_tokenizer.py): BPE by the rules of Llama or Gemma, Unigram by those of T5.
/// </summary>
internal static class SentencePieceConverter
{
    private const char Mark = '▁';

    public static TokenizerFile Convert(ReadOnlyMemory<byte> modelBytes, ReadOnlyMemory<byte> configJson)
    {
        using var document = JsonDocument.Parse(configJson.IsEmpty ? "{}"u8.ToArray() : TokenizerBuilder.WithoutMark(configJson));
        var config = new JsonFields(document.RootElement, "tokenizer_config.json");
        var model = SentencePieceModel.Parse(modelBytes.Span);
        var name = config.OptionalString("tokenizer_class")?.Replace("Fast", "", StringComparison.Ordinal);
        return (model.ModelType, name) switch
        {
            (2, null or "LlamaTokenizer" or "CodeLlamaTokenizer") => BytePair(model, LlamaSections(model, config)),
            (2, "GemmaTokenizer") => BytePair(model, GemmaSections(model, config)),
            (1, null or "T5Tokenizer") => Unigram(WithExtraIds(model, name is null ? 0 : config.OptionalInt("extra_ids") ?? 100), config),
            _ => throw new ModelFolderException(
                $"{SentencePieceModel.Name} without tokenizer.json is read for LlamaTokenizer, GemmaTokenizer and T5Tokenizer; here model_type is {model.ModelType} and tokenizer_class {name}. Save the model's tokenizer.json with transformers."),
        };
    }

    private static TokenizerFile BytePair(SentencePieceModel model, string sections)
    {
        var vocabulary = Vocabulary(model);
        var scores = model.Pieces.Select(piece => piece.Score).ToArray();
        var merges = RankedMerges.ByScore(vocabulary, scores, entry => RankedMerges.CharacterLengths(vocabulary.Token(entry)));
        var unknown = JsonSerializer.Serialize(model.Pieces[Math.Clamp(model.UnknownId, 0, model.Pieces.Count - 1)].Piece);
        return TokenizerFile.Create(sections, $$"""{"type":"BPE","dropout":null,"unk_token":{{unknown}},"fuse_unk":true,"byte_fallback":true,"ignore_merges":false}""", vocabulary, merges);
    }

    private static TokenizerFile Unigram(SentencePieceModel model, JsonFields config)
    {
        var normalizers = new List<object>();
        if (model.CharsMap.Length > 0) normalizers.Add(new { type = "Precompiled", precompiled_charsmap = System.Convert.ToBase64String(model.CharsMap) });
        normalizers.Add(new { type = "Strip", strip_left = false, strip_right = true });
        normalizers.Add(new { type = "Replace", pattern = new { Regex = " {2,}" }, content = Mark });
        var scheme = !model.AddDummyPrefix ? "never" : config.Bool("legacy", true) ? "always" : "first";
        object metaspace = new { type = "Metaspace", replacement = Mark, prepend_scheme = scheme, split = true };
        var eos = model.Pieces.FindIndex(piece => piece.Piece == "</s>");
        var sections = JsonSerializer.Serialize(new
        {
            added_tokens = Symbols(model),
            normalizer = new { type = "Sequence", normalizers },
            pre_tokenizer = metaspace,
            post_processor = eos < 0 ? null : Template([], [("</s>", eos)]),
            decoder = metaspace,
        });
        var fields = $$"""{"type":"Unigram","unk_id":{{model.UnknownId}},"byte_fallback":{{(model.ByteFallback ? "true" : "false")}}}""";
        return TokenizerFile.Create(sections, fields, Vocabulary(model), scores: [.. model.Pieces.Select(piece => (double)piece.Score)]);
    }

    /// <summary>T5's sentinels, which its class appends in falling order and its <c>tokenizer.model</c> does not hold.</summary>
    private static SentencePieceModel WithExtraIds(SentencePieceModel model, int count)
    {
        for (var i = Math.Min(count, 10_000) - 1; i >= 0; i--) model.Pieces.Add(($"<extra_id_{i}>", 0, 1));
        return model;
    }

    private static string LlamaSections(SentencePieceModel model, JsonFields config)
    {
        // Since transformers 4.31 "legacy": false stops spaces from being added after control tokens.
        var legacy = config.Bool("legacy", true);
        var prefix = config.Bool("add_prefix_space", true) && model.AddDummyPrefix;
        object replace = new { type = "Replace", pattern = new { String = " " }, content = Mark };
        object normalizer = prefix ? new { type = "Sequence", normalizers = new[] { new { type = "Prepend", prepend = Mark }, replace } } : replace;
        object metaspace = new { type = "Metaspace", replacement = Mark, prepend_scheme = prefix ? "first" : "never", split = false };
        return JsonSerializer.Serialize(new
        {
            added_tokens = Symbols(model),
            normalizer = legacy ? normalizer : null,
            pre_tokenizer = legacy ? null : metaspace,
            post_processor = BosEos(model, config, "<s>", "</s>"),
            decoder = Decoder(strip: prefix),
        });
    }

    private static string GemmaSections(SentencePieceModel model, JsonFields config) => JsonSerializer.Serialize(new
    {
        added_tokens = Symbols(model),
        normalizer = new { type = "Replace", pattern = new { String = " " }, content = Mark },
        pre_tokenizer = new { type = "Split", pattern = new { String = " " }, behavior = "MergedWithPrevious", invert = false },
        post_processor = BosEos(model, config, "<bos>", "<eos>"),
        decoder = Decoder(strip: false),
    });

    private static object Decoder(bool strip)
    {
        object[] steps = [new { type = "Replace", pattern = new { String = Mark }, content = " " }, new { type = "ByteFallback" }, new { type = "Fuse" }];
        return new { type = "Sequence", decoders = strip ? [.. steps, new { type = "Strip", content = ' ', start = 1, stop = 0 }] : steps };
    }

    private static object? BosEos(SentencePieceModel model, JsonFields config, string bos, string eos)
    {
        (string, int)[] Token(string token, bool wanted) =>
            wanted && model.Pieces.FindIndex(piece => piece.Piece == token) is >= 0 and var id ? [(token, id)] : [];
        return Template(Token(bos, config.Bool("add_bos_token", true)), Token(eos, config.Bool("add_eos_token", false)));
    }

    private static object Template((string Token, int Id)[] before, (string Token, int Id)[] after)
    {
        object Special((string Token, int Id) token) => new { SpecialToken = new { id = token.Token, type_id = 0 } };
        object Sequence(string id) => new { Sequence = new { id, type_id = 0 } };
        return new
        {
            type = "TemplateProcessing",
            single = before.Select(Special).Append(Sequence("A")).Concat(after.Select(Special)),
            pair = new[] { Sequence("A"), Sequence("B") },
            special_tokens = before.Concat(after).ToDictionary(token => token.Token, token => (object)new { id = token.Token, ids = new[] { token.Id }, tokens = new[] { token.Token } }),
        };
    }

    /// <summary>Control and user-defined pieces as added tokens, and the unknown piece.</summary>
    private static IEnumerable<object> Symbols(SentencePieceModel model) =>
        model.Symbols.Append((Id: model.UnknownId, model.Pieces[Math.Clamp(model.UnknownId, 0, model.Pieces.Count - 1)].Piece, Control: true)).OrderBy(symbol => symbol.Id)
            .Select(symbol => (object)new { id = symbol.Id, content = symbol.Piece, single_word = false, lstrip = false, rstrip = false, normalized = false, special = symbol.Control });

    private static Utf8Vocabulary Vocabulary(SentencePieceModel model)
    {
        var vocabulary = new Utf8Vocabulary(model.Pieces.Count);
        for (var id = 0; id < model.Pieces.Count; id++) vocabulary.Add(Encoding.UTF8.GetBytes(model.Pieces[id].Piece), id, keepsOlderId: true);
        vocabulary.Freeze();
        return vocabulary;
    }
}
