using System.Text;
using System.Text.Json;
using static TrlSharp.Data.Tests.Tokenization.OtherFormatsTests;

namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>Small files of the formats that are converted.</summary>
internal static class SmallModels
{
    private static readonly string[] Tokens = ["ab", "ba", "abab", " a", "aba"];

    public static byte[] Tekken { get; } = JsonSerializer.SerializeToUtf8Bytes(new
    {
        config = new { pattern = @"\s?\p{L}+|\s+|[^\s\p{L}]+", default_vocab_size = 10 + 256 + Tokens.Length, default_num_special_tokens = 10 },
        vocab = Enumerable.Range(0, 256).Select(b => new[] { (byte)b }).Concat(Tokens.Select(Encoding.UTF8.GetBytes)).Select((token, rank) => new { rank, token_bytes = Convert.ToBase64String(token) }),
        special_tokens = new[] { new { rank = 0, token_str = "<unk>", is_control = true }, new { rank = 1, token_str = "<s>", is_control = true } },
    });

    /// <param name="kind">1 Unigram, 2 BPE.</param>
    public static byte[] SentencePiece(int kind)
    {
        var pieces = new List<byte[]> { Piece("<unk>", 0, 2), Piece("<s>", 0, 3), Piece("</s>", 0, 3), Piece("<user>", 0, 4) };
        for (var b = 0; b < 256; b++) pieces.Add(Piece($"<0x{b:X2}>", 0, 6));
        foreach (var piece in (string[])["a", "b", "▁", "é", .. Tokens.Select(token => token.Replace(' ', '▁'))]) pieces.Add(Piece(piece, -pieces.Count, 1));
        byte[] trainer = [.. Field(3, 0), (byte)kind, .. Field(35, 0), 1, .. Field(40, 0), 0];
        byte[] normalizer = [.. Field(3, 0), 1];
        return [.. pieces.SelectMany(piece => Message(1, piece)), .. Message(2, trainer), .. Message(3, normalizer)];
    }
}
