using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace TrlSharp.Tokenization;

/// <summary>
/// A <see cref="Tokenizer"/> for code that takes a <c>Microsoft.ML.Tokenizers.Tokenizer</c> (Semantic Kernel, ML.NET, token counters): the same
/// ids, with ranges over the text that was given.
/// </summary>
/// <param name="tokenizer">Does the work.</param>
/// <param name="addSpecialTokens">Whether encoding applies the post-processor's template (a BOS, say). Default: no.</param>
public sealed class MicrosoftTokenizer(Tokenizer tokenizer, bool addSpecialTokens = false) : Microsoft.ML.Tokenizers.Tokenizer
{
    /// <inheritdoc/>
    protected override EncodeResults<Microsoft.ML.Tokenizers.EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var tokens = Tokens(text ?? textSpan, settings, out var consumed);
        return new EncodeResults<Microsoft.ML.Tokenizers.EncodedToken>
        {
            Tokens = [.. tokens.Select(token => new Microsoft.ML.Tokenizers.EncodedToken(token.Id, tokenizer.TokenOf(token.Id) ?? "", new Range(token.Start, token.End)))],
            NormalizedText = null,
            CharsConsumed = consumed,
        };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var tokens = Tokens(text ?? textSpan, settings, out var consumed);
        return new EncodeResults<int> { Tokens = [.. tokens.Select(token => token.Id)], NormalizedText = null, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) => Tokens(text ?? textSpan, settings, out _).Count;

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var input = text ?? textSpan;
        var all = Tokens(input, settings with { MaxTokenCount = int.MaxValue }, out _);
        normalizedText = null;
        if (!fromEnd)
        {
            tokenCount = Whole(all, settings.MaxTokenCount);
            return tokenCount == all.Count ? input.Length : all[tokenCount].Start;
        }

        var first = Math.Max(0, all.Count - settings.MaxTokenCount);
        while (first > 0 && first < all.Count && all[first].Start < all[first - 1].End) first++;
        tokenCount = all.Count - first;
        return first == all.Count ? input.Length : first == 0 ? 0 : all[first].Start;
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => tokenizer.Decode([.. ids]);

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        int[] all = [.. ids];
        var text = tokenizer.Decode(all);
        (idsConsumed, charsWritten) = (0, 0);
        if (!text.AsSpan().TryCopyTo(destination)) return OperationStatus.DestinationTooSmall;
        (idsConsumed, charsWritten) = (all.Length, text.Length);
        return OperationStatus.Done;
    }

    private List<EncodedToken> Tokens(ReadOnlySpan<char> text, EncodeSettings settings, out int consumed)
    {
        var tokens = new List<EncodedToken>();
        tokenizer.Encode(text, tokens, addSpecialTokens);
        var count = Whole(tokens, settings.MaxTokenCount);
        consumed = count == tokens.Count ? text.Length : tokens[count].Start;
        tokens.RemoveRange(count, tokens.Count - count);
        return tokens;
    }

    /// <summary>The most tokens up to a limit that do not end inside a character.</summary>
    private static int Whole(List<EncodedToken> tokens, int limit)
    {
        var count = Math.Min(limit, tokens.Count);
        while (count > 0 && count < tokens.Count && tokens[count].Start < tokens[count - 1].End) count--;
        return count;
    }
}
