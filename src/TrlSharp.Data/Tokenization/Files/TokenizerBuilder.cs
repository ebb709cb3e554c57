using System.Text;
using System.Text.Json;

namespace TrlSharp.Tokenization.Files;

/// <summary>Puts a tokenizer together from the contents of its files.</summary>
internal static class TokenizerBuilder
{
    /// <summary>The largest file that is read: four times the largest real one.</summary>
    public const int MaxFileBytes = 256 << 20;

    public static Tokenizer Build(
        ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte> specialTokensMapJson, ReadOnlyMemory<byte> addedTokensJson)
    {
        if (tokenizerJson.Length > MaxFileBytes) throw new ModelFolderException($"{TokenizerFile.Name} has {tokenizerJson.Length} bytes; the limit is {MaxFileBytes}.");
        try
        {
            var config = TokenizerConfig.Read(configJson, specialTokensMapJson, addedTokensJson);
            return new Tokenizer(TokenizerParts.Read(TokenizerFile.Parse(WithoutMark(tokenizerJson)), config.Amend), config.Settings);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // InvalidOperationException is how System.Text.Json reports a string that is not UTF-8 or an escaped lone surrogate.
            throw new ModelFolderException($"{TokenizerFile.Name} or one of the files beside it is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Without the byte order mark that some editors write.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) => json.Span.StartsWith(Encoding.UTF8.Preamble) ? json[3..] : json;
}
