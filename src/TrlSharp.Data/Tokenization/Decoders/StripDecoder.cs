namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>Strip</c>: removes up to <paramref name="start"/> and <paramref name="stop"/> copies of a character from the ends of each string.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    public override List<string> Apply(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        var (from, to) = (0, token.Length);
        while (from < start && from < token.Length && token[from] == content) from++;
        while (token.Length - to < stop && to > from && token[to - 1] == content) to--;
        return token[from..to];
    }
}
