namespace TrlSharp.Tokenization;

/// <summary>A stretch of text between added tokens, or behind a cut, and the tokens that it gave.</summary>
/// <param name="Text">Where the stretch is.</param>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="Tokens">Where its tokens are, with ranges in <paramref name="Text"/>.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">One past the last.</param>
internal readonly record struct EncodedStretch(string Text, int Start, int End, List<EncodedToken> Tokens, int First, int Last)
{
    public ReadOnlySpan<char> Chars => Text.AsSpan(Start, End - Start);

    /// <summary>The tokens from a place of the stretch on.</summary>
    /// <param name="from">Counted from its beginning.</param>
    public ReadOnlySpan<EncodedToken> From(int from)
    {
        var tokens = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Tokens)[First..Last];
        int low = 0, high = tokens.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (tokens[middle].Start < Start + from) low = middle + 1;
            else high = middle;
        }

        return tokens[low..];
    }
}
