using System.Text.Json;
using TrlSharp.Tokenization.Files;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization;

/// <summary>What a tokenizer is made of, for people: <c>trlsharp tokenizer inspect</c>.</summary>
public sealed record TokenizerDescription
{
    /// <summary>BPE, Unigram, WordPiece or WordLevel.</summary>
    public required string Model { get; init; }

    /// <summary>The small settings of the model (<c>byte_fallback</c>, <c>unk_token</c>, …) as JSON.</summary>
    public required IReadOnlyDictionary<string, string> ModelSettings { get; init; }

    /// <summary>Tokens of the model's vocabulary, without added tokens.</summary>
    public required int VocabularyTokens { get; init; }

    /// <summary>Merges of a BPE model; null for others.</summary>
    public int? Merges { get; init; }

    /// <summary>Normalizer, pre-tokenizer, post-processor, decoder, truncation and padding as JSON, in the order of the file's specification; null for those that are absent.</summary>
    public required IReadOnlyList<(string Name, string? Json)> Steps { get; init; }

    internal static TokenizerDescription Of(TokenizerParts parts)
    {
        var model = parts.Pipeline.Model;
        return new TokenizerDescription
        {
            Model = model.Type,
            ModelSettings = parts.ModelFields.Where(field => field.Key != "type").ToDictionary(field => field.Key, field => Compact(field.Value), StringComparer.Ordinal),
            VocabularyTokens = model.Vocabulary.IdCount,
            Merges = (model as BytePairModel)?.Merges.RankCount,
            Steps = [.. StepNames.Select(name => (name, parts.Sections.TryGetValue(name, out var json) && json.ValueKind != JsonValueKind.Null ? Compact(json) : null))],
        };
    }

    private static readonly string[] StepNames = ["normalizer", "pre_tokenizer", "post_processor", "decoder", "truncation", "padding"];

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json, Readable);

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
