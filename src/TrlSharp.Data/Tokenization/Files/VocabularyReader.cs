using System.Runtime.CompilerServices;
using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>Reads <c>model.vocab</c> without making a string per token.</summary>
internal static class VocabularyReader
{
    /// <summary>The longest token that is read: longer ones exist in no real file and would have to be copied whole.</summary>
    public const int MaxTokenBytes = 1 << 20;

    /// <summary><c>{"token": id, …}</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadIds(ref Utf8JsonReader reader, Utf8Vocabulary vocabulary)
    {
        var buffer = new byte[1024];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = Unescape(ref reader, ref buffer);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id) || id < 0)
                throw new ModelFolderException($"{TokenizerFile.Name}: model.vocab gives \"{Shown(token)}\" something else than an id from 0 to 2147483647.");
            vocabulary.Add(token, id);
        }
    }

    /// <summary><c>[["piece", score], …]</c>; returns the scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static List<double> ReadPieces(ref Utf8JsonReader reader, Utf8Vocabulary vocabulary)
    {
        var buffer = new byte[1024];
        var scores = new List<double>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw NotAPiece(scores.Count);
            var piece = Unescape(ref reader, ref buffer);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number) throw NotAPiece(scores.Count);
            vocabulary.Add(piece, scores.Count, keepsOlderId: true);
            var score = SerdeNumber.Parse(reader.ValueSpan);
            scores.Add(double.IsFinite(score) ? score : throw NotAPiece(scores.Count));
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray) throw NotAPiece(scores.Count - 1);
        }

        return reader.TokenType == JsonTokenType.EndArray ? scores : throw NotAPiece(scores.Count);
    }

    /// <summary>The current string without escapes: a slice of the file, or else the buffer, which grows as needed. The file is known to be UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ReadOnlySpan<byte> Unescape(ref Utf8JsonReader reader, ref byte[] buffer)
    {
        var raw = reader.ValueSpan;
        if (raw.Length > MaxTokenBytes) throw new ModelFolderException($"{TokenizerFile.Name} has a token of {raw.Length} bytes; the limit is {MaxTokenBytes}.");
        if (!reader.ValueIsEscaped) return raw;
        if (raw.Length > buffer.Length) buffer = new byte[raw.Length];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    /// <summary>The start of a token, for messages.</summary>
    public static string Shown(ReadOnlySpan<byte> token) => System.Text.Encoding.UTF8.GetString(token[..Math.Min(token.Length, 60)]);

    private static ModelFolderException NotAPiece(int index) => new($"{TokenizerFile.Name}: model.vocab[{index}] must be [piece, score].");
}
