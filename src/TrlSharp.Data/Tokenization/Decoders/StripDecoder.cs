namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Strip</c>: removes up to <paramref name="start"/> and <paramref name="stop"/> copies of a character from the ends of each string.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public override List<string> Apply(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        var (from, to) = (0, token.Length);
        for (var n = start; n > 0 && token.AsSpan(from).StartsWith(content, StringComparison.Ordinal); n--) from += content.Length;
        for (var n = stop; n > 0 && token.AsSpan(from..to).EndsWith(content, StringComparison.Ordinal); n--) to -= content.Length;
        return token[from..to];
    }
}
