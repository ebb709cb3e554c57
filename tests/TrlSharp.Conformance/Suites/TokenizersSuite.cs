using System.IO.Compression;
using System.Text.Json;
using TrlSharp.Tokenization;

namespace TrlSharp.Conformance;

/// <summary>
/// Real tokenizers against what the Rust library answered: a folder per tokenizer with <c>tokenizer.json</c> and <c>expected.json</c>, the
/// texts in <c>texts.json</c>, and <c>added_token_flags.json</c>. Any of the files may be gzipped.
/// </summary>
public static class TokenizersSuite
{
    /// <summary>Ids, offsets, decoded, decoded without special tokens.</summary>
    private static readonly string[] Aspects = ["", "_off", "_dec", "_dec_skip"];

    /// <summary>A result per tokenizer and text: ids and, where the answer has them, code-point offsets and decoded texts.</summary>
    public static IEnumerable<CaseResult> Run(string folder)
    {
        var texts = Path.Combine(folder, "texts.json");
        if (Exists(texts))
        {
            using var document = Open(texts);
            foreach (var tokenizer in Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Where(path => Exists(Path.Combine(path, "tokenizer.json"))))
                foreach (var result in RunTokenizer(tokenizer, document.RootElement)) yield return result;
        }

        var flags = Path.Combine(folder, "added_token_flags.json");
        if (!Exists(flags)) yield break;
        using var cases = Open(flags);
        foreach (var config in cases.RootElement.EnumerateObject())
            foreach (var result in RunFlags(config)) yield return result;
    }

    private static IEnumerable<CaseResult> RunTokenizer(string folder, JsonElement texts)
    {
        var name = Path.GetFileName(folder);
        Tokenizer? tokenizer = null;
        var refusal = "";
        try
        {
            var config = Path.Combine(folder, "tokenizer_config.json");
            tokenizer = Tokenizer.Parse(Read(Path.Combine(folder, "tokenizer.json")), Exists(config) ? Read(config) : default);
        }
        catch (ModelFolderException e)
        {
            refusal = e.Message;
        }

        if (tokenizer is null)
        {
            yield return CaseResult.Refuse(name, refusal);
            yield break;
        }

        using var expected = Open(Path.Combine(folder, "expected.json"));
        foreach (var group in texts.EnumerateObject())
        {
            if (!expected.RootElement.TryGetProperty(group.Name, out var ids)) continue;
            for (var i = 0; i < ids.GetArrayLength(); i++)
            {
                var answers = Aspects.Select(suffix =>
                    expected.RootElement.TryGetProperty(group.Name + suffix, out var values) ? values[i] : default).ToArray();
                yield return Compare($"{name}/{group.Name}[{i}]", tokenizer, group.Value[i].GetString()!, answers);
            }
        }
    }

    private static IEnumerable<CaseResult> RunFlags(JsonProperty config)
    {
        var tokenizer = Tokenizer.Parse(JsonSerializer.SerializeToUtf8Bytes(config.Value.GetProperty("config")));
        var index = 0;
        foreach (var item in config.Value.GetProperty("cases").EnumerateArray())
        {
            JsonElement[] answers = [item.GetProperty("ids"), item.GetProperty("offsets"), item.GetProperty("dec"), item.GetProperty("dec_skip")];
            yield return Compare($"added_token_flags/{config.Name}[{index++}]", tokenizer, item.GetProperty("in").GetString()!, answers);
        }
    }

    private static CaseResult Compare(string name, Tokenizer tokenizer, string text, JsonElement[] answers)
    {
        var tokens = tokenizer.EncodeToFileLength(text);
        var ids = tokens.Select(token => token.Id).ToArray();
        var expectedIds = answers[0].EnumerateArray().Select(id => id.GetInt32()).ToArray();
        if (!ids.SequenceEqual(expectedIds)) return CaseResult.Fail(name, Difference("ids", ids, expectedIds));
        if (answers[1].ValueKind == JsonValueKind.Array)
        {
            var codePoints = CodePointIndex(text);
            var offsets = tokens.Select(token => (codePoints[token.Start], codePoints[token.End])).ToArray();
            var expected = answers[1].EnumerateArray().Select(offset => (offset[0].GetInt32(), offset[1].GetInt32())).ToArray();
            if (!offsets.SequenceEqual(expected)) return CaseResult.Fail(name, Difference("offsets", offsets, expected));
        }

        foreach (var (answer, skip) in new[] { (answers[2], false), (answers[3], true) })
        {
            if (answer.ValueKind != JsonValueKind.String) continue;
            var decoded = tokenizer.Decode(ids, skip);
            if (decoded != answer.GetString()) return CaseResult.Fail(name, $"decoded (skip {skip}) {JsonSerializer.Serialize(decoded)}, expected {answer.GetRawText()}");
        }

        return CaseResult.Pass(name);
    }

    /// <summary>Code points before each UTF-16 unit.</summary>
    private static int[] CodePointIndex(string text)
    {
        var index = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++) index[i + 1] = index[i] + (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 0 : 1);
        return index;
    }

    private static string Difference<T>(string what, T[] actual, T[] expected)
    {
        var at = 0;
        while (at < actual.Length && at < expected.Length && Equals(actual[at], expected[at])) at++;
        return $"{what} differ at {at}: [{string.Join(", ", actual.Skip(at).Take(6))}…], expected [{string.Join(", ", expected.Skip(at).Take(6))}…]";
    }

    private static bool Exists(string path) => File.Exists(path) || File.Exists(path + ".gz");

    private static JsonDocument Open(string path) => JsonDocument.Parse(Read(path));

    private static byte[] Read(string path)
    {
        if (File.Exists(path)) return File.ReadAllBytes(path);
        using var file = File.OpenRead(path + ".gz");
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
