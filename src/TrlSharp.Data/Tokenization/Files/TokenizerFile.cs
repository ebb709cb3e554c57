using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>What <c>tokenizer.json</c> says, read in one pass; the large parts go straight into their tables.</summary>
internal sealed class TokenizerFile
{
    /// <summary>The name that messages give the file.</summary>
    public const string Name = "tokenizer.json";

    /// <summary>Members of the top object but <c>model</c>, and its own small members.</summary>
    public Dictionary<string, JsonElement> Sections { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, JsonElement> ModelFields { get; } = new(StringComparer.Ordinal);

    /// <summary>The model's vocabulary; for Unigram, piece → position.</summary>
    public Utf8Vocabulary? Vocabulary { get; private set; }

    /// <summary>Scores of the Unigram pieces; null for other models.</summary>
    public List<double>? Scores { get; private set; }

    /// <summary>The merges, once <see cref="ReadMerges"/> has run.</summary>
    public MergeTable? Merges { get; private set; }

    private ReadOnlyMemory<byte> _deferredMerges;
    private int _expectedTokens;

    /// <summary>A file that was never written: sections and model fields as JSON objects, tables as they are.</summary>
    public static TokenizerFile Create(string sectionsJson, string modelJson, Utf8Vocabulary vocabulary, MergeTable? merges = null, List<double>? scores = null)
    {
        var file = new TokenizerFile { Vocabulary = vocabulary, Merges = merges, Scores = scores };
        foreach (var section in JsonElement.Parse(sectionsJson).EnumerateObject()) file.Sections[section.Name] = section.Value;
        foreach (var field in JsonElement.Parse(modelJson).EnumerateObject()) file.ModelFields[field.Name] = field.Value;
        return file;
    }

    public static TokenizerFile Parse(ReadOnlyMemory<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json.Span)) throw new ModelFolderException($"{Name} is not UTF-8.");

        // A token takes some 30 bytes of a file without merges and 60 to 100 of one with them.
        var file = new TokenizerFile { _expectedTokens = Math.Clamp(json.Length / 64, 200, 1 << 20) };
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 64 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new ModelFolderException($"{Name} must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isModel = reader.ValueTextEquals("model"u8);
            var name = isModel ? "" : reader.GetString()!;
            reader.Read();
            if (isModel) file.ReadModel(ref reader, json);
            else file.Sections[name] = JsonElement.ParseValue(ref reader);
        }

        if (reader.Read()) throw new ModelFolderException($"{Name} goes on after its object.");
        if (!file._deferredMerges.IsEmpty) file.ReadDeferredMerges();
        return file;
    }

    private void ReadModel(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new ModelFolderException($"{Name}: model must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("vocab"u8))
            {
                reader.Read();
                ReadVocabulary(ref reader);
            }
            else if (reader.ValueTextEquals("merges"u8))
            {
                reader.Read();
                var start = reader.TokenStartIndex;

                // Merges refer to the vocabulary and the prefix; files that put them first are read again.
                if (Vocabulary is not null && ModelFields.ContainsKey("continuing_subword_prefix")) ReadMerges(ref reader);
                else
                {
                    reader.Skip();
                    _deferredMerges = json[(int)start..(int)reader.BytesConsumed];
                }
            }
            else
            {
                var name = reader.GetString()!;
                reader.Read();
                ModelFields[name] = JsonElement.ParseValue(ref reader);
            }
        }
    }

    private void ReadVocabulary(ref Utf8JsonReader reader)
    {
        (Vocabulary, Scores) = (new Utf8Vocabulary(_expectedTokens), null);
        if (reader.TokenType == JsonTokenType.StartArray) Scores = VocabularyReader.ReadPieces(ref reader, Vocabulary);
        else if (reader.TokenType == JsonTokenType.StartObject) VocabularyReader.ReadIds(ref reader, Vocabulary);
        else throw new ModelFolderException($"{Name}: model.vocab must be an object of ids or an array of scored pieces.");
        Vocabulary.Freeze();
    }

    private void ReadDeferredMerges()
    {
        if (Vocabulary is null) throw new ModelFolderException($"{Name}: model has merges but no vocab.");
        var reader = new Utf8JsonReader(_deferredMerges.Span);
        reader.Read();
        ReadMerges(ref reader);
    }

    private void ReadMerges(ref Utf8JsonReader reader)
    {
        var prefix = ModelFields.TryGetValue("continuing_subword_prefix", out var field) && field.ValueKind == JsonValueKind.String ? field.GetString()! : "";
        _deferredMerges = default;
        Merges = MergesReader.Read(ref reader, Vocabulary!, prefix);
    }
}
