using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>Makes the model of what <see cref="TokenizerFile"/> read.</summary>
internal static class ModelReader
{
    /// <param name="file">The file.</param>
    /// <param name="mapsBytes">Asks whether the model should do the last ByteLevel step itself; called for BPE models that can.</param>
    public static TokenModel Read(TokenizerFile file, Func<bool> mapsBytes)
    {
        var vocabulary = file.Vocabulary ?? throw new ModelFolderException($"{TokenizerFile.Name}: model has no vocab.");
        var json = new JsonFields(JsonSerializer.SerializeToElement(file.ModelFields), $"{TokenizerFile.Name}: model");
        var type = json.OptionalString("type") ?? Guess(file, json);
        if ((type == "Unigram") != (file.Scores is not null)) throw new ModelFolderException($"{json.Path}.vocab has not the form that {type} needs.");
        return type switch
        {
            "BPE" => ReadBytePair(file, json, vocabulary, mapsBytes),
            "Unigram" => ReadUnigram(file.Scores!, json, vocabulary),
            "WordPiece" => new WordPieceModel(vocabulary, json.String("unk_token"), json.String("continuing_subword_prefix"), json.Int("max_input_chars_per_word")),
            "WordLevel" => new WordLevelModel(vocabulary, json.String("unk_token")),
            _ => throw json.NotImplemented($"the model \"{type}\""),
        };
    }

    /// <summary>Old files have no type; the reference then takes the first model whose fields are there.</summary>
    private static string Guess(TokenizerFile file, JsonFields json) =>
        file.Scores is not null ? "Unigram" : file.Merges is not null ? "BPE" : json.Get("max_input_chars_per_word") is not null ? "WordPiece" : "WordLevel";

    private static BytePairModel ReadBytePair(TokenizerFile file, JsonFields json, Utf8Vocabulary vocabulary, Func<bool> mapsBytes)
    {
        if (json.Get("dropout") is { } dropout && (dropout.ValueKind != JsonValueKind.Number || dropout.GetDouble() != 0))
            throw json.NotImplemented("BPE dropout (ids would differ from run to run); set it to null");
        var options = new BytePairOptions
        {
            UnknownToken = json.OptionalString("unk_token"),
            ContinuingSubwordPrefix = json.OptionalString("continuing_subword_prefix") ?? "",
            EndOfWordSuffix = json.OptionalString("end_of_word_suffix") ?? "",
            FuseUnknown = json.Bool("fuse_unk", false),
            ByteFallback = json.Bool("byte_fallback", false),
            IgnoreMerges = json.Bool("ignore_merges", false),
        };
        var affixes = options.ContinuingSubwordPrefix.Length + options.EndOfWordSuffix.Length > 0;
        if (affixes && options.ByteFallback) throw json.NotImplemented("byte_fallback together with a continuing_subword_prefix or end_of_word_suffix");
        var merges = file.Merges ?? throw new ModelFolderException($"{json.Path} has no merges.");
        var byteLevel = !affixes && BytePairModel.HasByteAlphabet(vocabulary) && mapsBytes();
        return new BytePairModel(vocabulary, merges, options with { ByteLevel = byteLevel });
    }

    private static UnigramModel ReadUnigram(List<double> scores, JsonFields json, Utf8Vocabulary vocabulary)
    {
        var unknown = json.OptionalInt("unk_id") ?? -1;
        if (unknown >= scores.Count) throw new ModelFolderException($"{json.Path}.unk_id is {unknown}, but the vocabulary has {scores.Count} pieces.");
        return new UnigramModel(vocabulary, [.. scores], unknown, json.Bool("byte_fallback", false));
    }
}
