using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Tests;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>
/// The older formats: a real tokenizer.json is taken apart into the files it was once converted from, and what is read from these must encode as
/// the tokenizer.json does.
/// </summary>
public sealed class OtherFormatsTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Vocab_and_merges_of_Qwen_with_Windows_line_ends() => Compare("qwen3", (folder, json) =>
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), json["model"]!["vocab"]!.ToJsonString(Plain));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\r\n" + string.Concat(json["model"]!["merges"]!.AsArray().Select(merge => $"{merge![0]} {merge[1]}\r\n")));
        var config = new JsonObject { ["tokenizer_class"] = "Qwen2Tokenizer", ["eos_token"] = "<|im_end|>", ["added_tokens_decoder"] = new JsonObject() };
        foreach (var token in json["added_tokens"]!.AsArray()) config["added_tokens_decoder"]![token!["id"]!.ToString()] = token.DeepClone();
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Plain));
    });

    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral-v1")]
    public void A_SentencePiece_model_of_BPE(string name) => Compare(name, (folder, json) =>
    {
        // In these models piece i from 259 on was learned (i − 259)th, which is its score; runs of spaces were put in afterwards, below all others.
        var pieces = json["model"]!["vocab"]!.AsObject().OrderBy(token => token.Value!.GetValue<int>()).Select((token, id) =>
            Piece(token.Key, id < 259 ? 0 : token.Key.Length > 1 && token.Key.All(c => c == '▁') ? -1e9f : 259 - id, id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1));
        byte[] trainer = [.. Field(3, 0), 2, .. Field(35, 0), 1, .. Field(40, 0), 0];
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), [.. pieces.SelectMany(piece => Message(1, piece)), .. Message(2, trainer)]);
    });

    [Fact]
    public void A_SentencePiece_model_of_Unigram() => Compare("t5-small", (folder, json) =>
    {
        var pieces = json["model"]!["vocab"]!.AsArray().Take(32000).Select((piece, id) =>
            Piece(piece![0]!.GetValue<string>(), (float)piece[1]!.GetValue<double>(), id switch { 0 or 1 => 3, 2 => 2, _ => 1 }));
        byte[] normalizer = [.. Message(2, Convert.FromBase64String(json["normalizer"]!["precompiled_charsmap"]!.GetValue<string>()))];
        byte[] trainer = [.. Field(3, 0), 1, .. Field(40, 0), 2];
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), [.. pieces.SelectMany(piece => Message(1, piece)), .. Message(2, trainer), .. Message(3, normalizer)]);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"tokenizer_class":"T5Tokenizer"}""");
    }, likeToday: false);

    /// <summary>Llama 3's ranks as a tekken file: ids move up by the 1,000 control tokens.</summary>
    [Fact]
    public void A_tekken_file_of_ranks() => Compare("llama3", (folder, json) =>
    {
        var vocab = json["model"]!["vocab"]!.AsObject().OrderBy(token => token.Value!.GetValue<int>()).Select((token, rank) => new JsonObject
        {
            ["rank"] = rank, ["token_bytes"] = Convert.ToBase64String([.. token.Key.Select(c => (byte)ByteAlphabet.ByteOf(c))]),
        });
        var pattern = json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"]!.GetValue<string>();
        var file = new JsonObject
        {
            ["config"] = new JsonObject { ["pattern"] = pattern, ["default_vocab_size"] = 129000, ["default_num_special_tokens"] = 1000 },
            ["vocab"] = new JsonArray([.. vocab]),
        };
        File.WriteAllText(Path.Combine(folder, "tekken.json"), file.ToJsonString(Plain));
    }, shift: 1000);

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_is_missing()
    {
        var folder = Directory.CreateTempSubdirectory("trlsharp-").FullName;
        Assert.Contains("tokenizer.model", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), [0x0A, 0xFF]);
        Assert.Contains("damaged", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <param name="name">The real tokenizer.</param>
    /// <param name="write">Writes it in the other format.</param>
    /// <param name="shift">What its ids become larger by.</param>
    /// <param name="likeToday">False when transformers has come to convert the format otherwise than it did for this file, with the same ids of plain text.</param>
    private static void Compare(string name, Action<string, JsonNode> write, int shift = 0, bool likeToday = true)
    {
        using var gzip = new GZipStream(File.OpenRead(SharedData.Path("conformance", "tokenizers", name, "tokenizer.json.gz")), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        var folder = Directory.CreateTempSubdirectory("trlsharp-").FullName;
        try
        {
            write(folder, JsonNode.Parse(memory.ToArray())!);
            var expected = Tokenizer.Parse(memory.ToArray());
            var converted = Tokenizer.Load(folder);
            foreach (var text in TestTokenizers.Texts) Assert.Equal(expected.Encode(text).Select(token => token.Id + shift), converted.Encode(text).Select(token => token.Id));
            if (!likeToday) return;
            foreach (var text in TestTokenizers.Texts.Concat(GeneratedTexts.Take(1500, seed: 51)))
                Assert.Equal(expected.Encode(text).Select(token => token with { Id = token.Id + shift }), converted.Encode(text));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static byte[] Piece(string piece, float score, int type)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, score);
        return [.. Message(1, Encoding.UTF8.GetBytes(piece)), .. Field(2, 5), .. bytes, .. Field(3, 0), (byte)type];
    }

    internal static byte[] Field(int number, int wire) => Varint((number << 3) | wire);

    internal static byte[] Message(int number, byte[] content) => [.. Field(number, 2), .. Varint(content.Length), .. content];

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
