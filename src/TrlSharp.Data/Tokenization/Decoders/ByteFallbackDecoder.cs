using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace TrlSharp.Tokenization.Decoders;

/// <summary>
/// <c>ByteFallback</c>: runs of <c>&lt;0xHH&gt;</c> tokens become the text that their bytes spell; a run that is not valid UTF-8 becomes one
/// U+FFFD per byte.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override List<string> Apply(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } b)
            {
                run.Add(b);
                continue;
            }

            Flush(run, output);
            output.Add(token);
        }

        Flush(run, output);
        return output;
    }

    private static byte? ByteOf(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>') return null;

        // Rust's from_str_radix takes a sign: "<0x+A>" is byte 10.
        var digits = token[3] == '+' ? token.AsSpan(4, 1) : token.AsSpan(3, 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private static void Flush(List<byte> run, List<string> output)
    {
        if (run.Count == 0) return;
        var bytes = run.ToArray();
        if (Utf8.IsValid(bytes)) output.Add(Encoding.UTF8.GetString(bytes));
        else output.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
        run.Clear();
    }
}
