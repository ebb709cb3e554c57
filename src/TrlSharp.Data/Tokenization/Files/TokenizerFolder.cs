using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrlSharp.Tokenization.Files;

/// <summary>The tokenizer files of a model folder.</summary>
internal static class TokenizerFolder
{
    private const string ConfigName = "tokenizer_config.json";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Tokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var isFile = File.Exists(folder);
        if (!isFile && !Directory.Exists(folder)) throw new ModelFolderException($"The model folder {folder} does not exist.");
        try
        {
            return isFile ? ReadFile(folder) : Read(folder);
        }
        catch (ModelFolderException e)
        {
            throw new ModelFolderException($"{folder}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"{folder}: the tokenizer could not be read: {e.Message}", e);
        }
    }

    public static void Save(Tokenizer tokenizer, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            Directory.CreateDirectory(folder);
            Write(Path.Combine(folder, TokenizerFile.Name), TokenizerWriter.Write(tokenizer.Parts));
            Write(Path.Combine(folder, ConfigName), Config(tokenizer));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"{folder}: the tokenizer could not be written: {e.Message}", e);
        }
    }

    /// <summary>Beside the file first, so that a reader never sees half of it.</summary>
    private static void Write(string path, byte[] content)
    {
        var staged = $"{path}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(staged, content);
            File.Move(staged, path, overwrite: true);
        }
        finally
        {
            File.Delete(staged);
        }
    }

    /// <summary>One file without what may lie beside it.</summary>
    private static Tokenizer ReadFile(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        var content = Optional(folder, name);
        if (name.EndsWith(".model", StringComparison.OrdinalIgnoreCase)) return TokenizerBuilder.Build(() => SentencePieceConverter.Convert(content, default), default, default, default);
        return name.StartsWith("tekken", StringComparison.OrdinalIgnoreCase)
            ? TokenizerBuilder.Build(() => TekkenConverter.Convert(content), default, default, default)
            : TokenizerBuilder.Build(content, default, default, default);
    }

    private static Tokenizer Read(string folder)
    {
        var (config, map, added) = (Optional(folder, ConfigName), Optional(folder, "special_tokens_map.json"), Optional(folder, "added_tokens.json"));
        if (Optional(folder, TokenizerFile.Name) is { IsEmpty: false } tokenizer) return TokenizerBuilder.Build(tokenizer, config, map, added);
        if (Optional(folder, TekkenConverter.Name) is { IsEmpty: false } tekken) return TokenizerBuilder.Build(() => TekkenConverter.Convert(tekken), config, map, added);
        if (Optional(folder, "vocab.json") is { IsEmpty: false } vocab && Optional(folder, "merges.txt") is { IsEmpty: false } merges)
            return TokenizerBuilder.Build(() => VocabularyMergesConverter.Convert(vocab, merges, config), config, map, added);
        if (Optional(folder, SentencePieceModel.Name) is { IsEmpty: false } pieces)
            return TokenizerBuilder.Build(() => SentencePieceConverter.Convert(pieces, config), config, map, added);
        throw new ModelFolderException(
            "there is no tokenizer.json here, and none of vocab.json with merges.txt, tekken.json and tokenizer.model either. Download the tokenizer files of the model.");
    }

    /// <summary>The config as it was read, or one with the names of the special tokens.</summary>
    private static byte[] Config(Tokenizer tokenizer)
    {
        if (!tokenizer.Settings.ConfigJson.IsEmpty) return tokenizer.Settings.ConfigJson.ToArray();
        var members = new Dictionary<string, object>(StringComparer.Ordinal) { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        foreach (var (name, token) in tokenizer.SpecialTokens) members[name] = token;
        return JsonSerializer.SerializeToUtf8Bytes(members, Readable);
    }

    /// <summary>A file's bytes; empty when it is not there.</summary>
    private static ReadOnlyMemory<byte> Optional(string folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists) return default;
        return file.Length <= TokenizerBuilder.MaxFileBytes ? File.ReadAllBytes(file.FullName)
            : throw new ModelFolderException($"{name} has {file.Length} bytes; the limit is {TokenizerBuilder.MaxFileBytes}.");
    }
}
