using System.Text;
using System.Text.Json;

namespace TrlSharp.Tokenization.Files;

/// <summary>Puts a tokenizer together from the contents of its files.</summary>
internal static class TokenizerBuilder
{
    /// <summary>The largest file that is read: four times the largest real one.</summary>
    public const int MaxFileBytes = 256 << 20;

    public static Tokenizer Build(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte> specialTokensMapJson, ReadOnlyMemory<byte> addedTokensJson)
    {
        if (tokenizerJson.Length > MaxFileBytes) throw new ModelFolderException($"{TokenizerFile.Name} has {tokenizerJson.Length} bytes; the limit is {MaxFileBytes}.");
        return Build(() => TokenizerFile.Parse(WithoutMark(tokenizerJson)), configJson, specialTokensMapJson, addedTokensJson);
    }

    /// <summary>The same for what <paramref name="read"/> reads or converts.</summary>
    public static Tokenizer Build(Func<TokenizerFile> read, ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte> specialTokensMapJson, ReadOnlyMemory<byte> addedTokensJson)
    {
        try
        {
            var config = TokenizerConfig.Read(configJson, specialTokensMapJson, addedTokensJson);
            return new Tokenizer(TokenizerParts.Read(read(), config.Amend), config.Settings);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how System.Text.Json reports an escaped lone surrogate.
            throw new ModelFolderException($"One of the tokenizer's files is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Without the byte order mark that some editors write.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) => json.Span.StartsWith(Encoding.UTF8.Preamble) ? json[3..] : json;
}
