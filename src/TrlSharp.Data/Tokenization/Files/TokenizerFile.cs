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

    // Fast lists are read by a scanner of their own, and the general reader goes on behind them: it counts from _origin.
    private bool _scansLists;
    private int _origin;

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
        try
        {
            return Parse(json, scansLists: true);
        }
        catch (JsonException)
        {
            // Again, so that line and column are right.
            return Parse(json, scansLists: false);
        }
    }

    /// <param name="json">The file.</param>
    /// <param name="scansLists">Whether vocabulary and merges are read by <see cref="VocabularyScanner"/> where they are plainly right; both ways read the same.</param>
    internal static TokenizerFile Parse(ReadOnlyMemory<byte> json, bool scansLists)
    {
        // A token takes some 30 bytes of a file without merges and 60 to 100 of one with them.
        var file = new TokenizerFile { _expectedTokens = Math.Clamp(json.Length / 64, 200, 1 << 20), _scansLists = scansLists };
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
                ReadVocabulary(ref reader, json);
            }
            else if (reader.ValueTextEquals("merges"u8))
            {
                reader.Read();
                var start = _origin + (int)reader.TokenStartIndex;

                // Merges refer to the vocabulary and the prefix; files that put them first are read again.
                if (Vocabulary is not null && ModelFields.ContainsKey("continuing_subword_prefix")) ReadMerges(ref reader, json);
                else
                {
                    reader.Skip();
                    _deferredMerges = json[start..(_origin + (int)reader.BytesConsumed)];
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

    private void ReadVocabulary(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        if (_scansLists && reader.TokenType == JsonTokenType.StartObject)
        {
            var at = _origin + (int)reader.BytesConsumed;
            Vocabulary = new Utf8Vocabulary(_expectedTokens);
            if (VocabularyScanner.TryReadIds(json.Span, ref at, Vocabulary))
            {
                Scores = null;
                Vocabulary.Freeze();
                GoOn(ref reader, json, at);
                return;
            }
        }

        (Vocabulary, Scores) = (new Utf8Vocabulary(_expectedTokens), null);
        if (reader.TokenType == JsonTokenType.StartArray) Scores = VocabularyReader.ReadPieces(ref reader, Vocabulary);
        else if (reader.TokenType == JsonTokenType.StartObject) VocabularyReader.ReadIds(ref reader, Vocabulary);
        else throw new ModelFolderException($"{Name}: model.vocab must be an object of ids or an array of scored pieces.");
        Vocabulary.Freeze();
    }

    private void ReadDeferredMerges()
    {
        if (Vocabulary is null) throw new ModelFolderException($"{Name}: model has merges but no vocab.");
        var merges = _deferredMerges;
        var reader = new Utf8JsonReader(merges.Span);
        reader.Read();
        _origin = 0;
        ReadMerges(ref reader, merges);
    }

    private void ReadMerges(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var prefix = ModelFields.TryGetValue("continuing_subword_prefix", out var field) && field.ValueKind == JsonValueKind.String ? field.GetString()! : "";
        _deferredMerges = default;
        if (_scansLists && reader.TokenType == JsonTokenType.StartArray && prefix.Length == 0)
        {
            var at = _origin + (int)reader.BytesConsumed;
            if (VocabularyScanner.TryReadMerges(json.Span, ref at, Vocabulary!) is { } merges)
            {
                Merges = merges;
                GoOn(ref reader, json, at);
                return;
            }
        }

        Merges = MergesReader.Read(ref reader, Vocabulary!, prefix);
    }

    /// <summary>Moves the reader, which stands at the opening of a list, to its closing.</summary>
    private void GoOn(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, int at)
    {
        _origin = at;
        reader = new Utf8JsonReader(json.Span[at..], isFinalBlock: true, reader.CurrentState);
        reader.Read();
    }
}
