using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>Writes <c>tokenizer.json</c>.</summary>
internal static class TokenizerWriter
{
    /// <summary>Members of the top object in the reference's order; those that are not here are tables or follow from them.</summary>
    private static readonly string[] Before = ["truncation", "padding"];
    private static readonly string[] After = ["normalizer", "pre_tokenizer", "post_processor", "decoder"];

    public static byte[] Write(TokenizerParts parts)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        foreach (var name in Before) WriteSection(json, parts, name);
        WriteAddedTokens(json, parts.Pipeline.Added.Tokens);
        foreach (var name in After) WriteSection(json, parts, name);
        WriteModel(json, parts);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSection(Utf8JsonWriter json, TokenizerParts parts, string name)
    {
        json.WritePropertyName(name);
        if (parts.Sections.TryGetValue(name, out var section)) section.WriteTo(json);
        else json.WriteNullValue();
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IEnumerable<AddedToken> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.LeftStrip);
            json.WriteBoolean("rstrip", token.RightStrip);
            json.WriteBoolean("normalized", token.Normalized);
            json.WriteBoolean("special", token.Special);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, TokenizerParts parts)
    {
        var model = parts.Pipeline.Model;
        json.WriteStartObject("model");
        json.WriteString("type", model.Type);
        foreach (var (name, value) in parts.ModelFields)
        {
            if (name == "type") continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WritePropertyName("vocab");
        if (model is UnigramModel unigram) WritePieces(json, unigram);
        else WriteIds(json, model.Vocabulary);
        if (model is BytePairModel bytePair) WriteMerges(json, bytePair);
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, Utf8Vocabulary vocabulary)
    {
        json.WriteStartObject();
        foreach (var entry in Enumerable.Range(0, vocabulary.Count).OrderBy(vocabulary.Id)) json.WriteNumber(vocabulary.Token(entry), vocabulary.Id(entry));
        json.WriteEndObject();
    }

    private static void WritePieces(Utf8JsonWriter json, UnigramModel model)
    {
        json.WriteStartArray();
        for (var id = 0; id < model.Scores.Count; id++)
        {
            json.WriteStartArray();
            json.WriteStringValue(Token(model.Vocabulary, id));
            json.WriteNumberValue(model.Scores[id]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteMerges(Utf8JsonWriter json, BytePairModel model)
    {
        json.WriteStartArray("merges");
        foreach (var (left, right) in model.Merges.InOrder())
        {
            json.WriteStartArray();
            json.WriteStringValue(Token(model.Vocabulary, left));
            json.WriteStringValue(Token(model.Vocabulary, right));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<byte> Token(Utf8Vocabulary vocabulary, int id) => vocabulary.TryGetBytes(id, out var token) ? token : default;
}
