using System.IO.Compression;
using CsCheck;
using TrlSharp.Sequences;
using TrlSharp.Tests;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>The comparison of bytes against the decoder itself, on SentencePiece vocabularies: whatever it agrees to, the decoder agrees to.</summary>
public sealed class PieceBytesTests
{
    private static readonly string[] Pieces = ["a", " ", "  ", "\n", "the ", "<s>", "</s>", "▁", "<0x41>", "é", "e\u0301", "漢", "👍🏽", "\t", ".", "[INST]", "\u0000", "שלום"];

    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral-v1")]
    [InlineData("mistral-v3")]
    [InlineData("bora")]
    public void It_agrees_only_where_the_decoder_does_and_mostly_there(string name)
    {
        var tokenizer = Load(name);
        var bytes = PieceBytes.Of(tokenizer, spaceAfterControl: false);
        Assert.NotNull(bytes);
        int agreed = 0, same = 0;
        Gen.Int[0, Pieces.Length - 1].Array[0, 12].Select(picks => string.Concat(picks.Select(i => Pieces[i]))).Sample(text =>
        {
            var tokens = tokenizer.Encode(text);
            var decodes = tokenizer.Decode([.. tokens.Select(t => t.Id)]) == text;
            var agrees = bytes.Agree(text, tokens);
            Assert.True(decodes || !agrees);
            if (decodes) Interlocked.Increment(ref same);
            if (agrees) Interlocked.Increment(ref agreed);

            // Any other id in place of one, or one too many or too few, is no agreement.
            if (tokens.Length == 0) return;
            tokens[^1] = tokens[^1] with { Id = tokens[^1].Id == 300 ? 301 : 300 };
            if (bytes.Agree(text, tokens)) Assert.Equal(text, tokenizer.Decode([.. tokens.Select(t => t.Id)]));
            Assert.False(bytes.Agree(text + "x", tokens.AsSpan(0, tokens.Length - 1)));
        }, iter: 2000);
        Assert.True(agreed * 2 > same, $"{agreed} of {same}");
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("bert-uncased")]
    [InlineData("t5-small")]
    public void Other_decoders_are_not_for_it(string name) => Assert.Null(PieceBytes.Of(Load(name), spaceAfterControl: false));

    private static Tokenizer Load(string name)
    {
        using var gzip = new GZipStream(File.OpenRead(SharedData.Path("conformance", "tokenizers", name, "tokenizer.json.gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return Tokenizer.Parse(bytes.ToArray());
    }
}
