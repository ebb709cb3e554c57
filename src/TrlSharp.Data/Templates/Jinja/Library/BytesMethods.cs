using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Text to bytes and back: <c>str.encode</c> and the methods of <c>bytes</c>.</summary>
internal static class BytesMethods
{
    public static Value? Bind(BytesValue bytes, string name) => name switch
    {
        "decode" => new FunctionValue(name, (state, arguments) => Decode(state, bytes, arguments.Bind(0, "encoding", "errors"))),
        "hex" => new FunctionValue(name, (state, arguments) =>
        {
            arguments.Bind(0);
            state.Charge(2L * bytes.Length);
            return TextValue.Of(Convert.ToHexStringLower(bytes.Content), state.Run);
        }),
        "count" or "find" or "index" or "isdigit" or "isalpha" or "join" or "lower" or "partition" or "replace" or "rfind" or "split" or "splitlines" or "startswith" or "endswith" or "strip" or "lstrip" or "rstrip"
            or "title" or "upper" or "capitalize" => throw EvaluationException.Refused($"bytes.{name}: decode them first and use the text's"),
        _ => null,
    };

    /// <summary><c>str.encode(encoding='utf-8', errors='strict')</c>.</summary>
    public static BytesValue Encode(RenderState state, TextValue text, Value?[] bound)
    {
        const int MostBytes = 3;
        state.Charge((long)MostBytes * text.Text.Length);
        var (name, highest) = Encoding(bound[0]);
        var errors = Errors(bound[1]);
        var (bytes, lossless) = (new List<byte>(text.Text.Length), true);
        Span<byte> utf8 = stackalloc byte[4];
        var at = 0;
        foreach (var rune in text.Text.EnumerateRunes())
        {
            if (rune.Value <= highest)
            {
                if (highest <= 0xFF) bytes.Add((byte)rune.Value);
                else bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }
            else if (!Skips(errors))
            {
                throw EvaluationException.Runtime(string.Create(CultureInfo.InvariantCulture, $"'{name}' codec can't encode character '{ReprEscape.Of(rune, '\'')}' in position {at}: ordinal not in range({highest + 1})"));
            }
            else
            {
                lossless = false;
                if (errors == "replace") bytes.Add((byte)'?');
            }

            at++;
        }

        return new([.. bytes], lossless ? text.AsMarkup(false) : null);
    }

    private static TextValue Decode(RenderState state, BytesValue bytes, Value?[] bound)
    {
        state.Charge(bytes.Length);
        var (name, highest) = Encoding(bound[0]);
        var errors = Errors(bound[1]);
        // Read back as it was written (ASCII is the same in all of them), every character knows where it came from.
        if (bytes.Encoded is { } text && (text.Text.Length == bytes.Length ? Ascii.IsValid(text.Text) : highest > 0xFF)) return text;
        if (highest > 0xFF) return TextValue.Of(DecodeUtf8(bytes.Content, errors), state.Run);
        var decoded = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes.Content[i] <= highest) decoded.Append((char)bytes.Content[i]);
            else if (!Skips(errors)) throw EvaluationException.Runtime(string.Create(CultureInfo.InvariantCulture, $"'{name}' codec can't decode byte 0x{bytes.Content[i]:x2} in position {i}: ordinal not in range({highest + 1})"));
            else if (errors == "replace") decoded.Append('\uFFFD');
        }

        return TextValue.Of(decoded.ToString(), state.Run);
    }

    private static string DecodeUtf8(ReadOnlySpan<byte> bytes, string errors)
    {
        var (decoded, at) = (new StringBuilder(bytes.Length), 0);
        while (at < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out var rune, out var length) == System.Buffers.OperationStatus.Done) decoded.Append(rune);
            else if (!Skips(errors)) throw EvaluationException.Runtime(string.Create(CultureInfo.InvariantCulture, $"'utf-8' codec can't decode byte 0x{bytes[at]:x2} in position {at}"));
            else if (errors == "replace") decoded.Append('\uFFFD');
            at += length;
        }

        return decoded.ToString();
    }

    /// <summary>Python's name of an encoding, and its last code point.</summary>
    private static (string Name, int Highest) Encoding(Value? given)
    {
        if (given is null) return ("utf-8", 0x10FFFF);
        var name = TextMethods.Text(given, "encoding").Text;
        return name.ToLowerInvariant().Replace('_', '-').Replace(' ', '-') switch
        {
            "utf-8" or "utf8" or "u8" => ("utf-8", 0x10FFFF),
            "ascii" or "us-ascii" or "646" => ("ascii", 0x7F),
            "latin-1" or "latin1" or "iso-8859-1" or "iso8859-1" or "l1" => ("latin-1", 0xFF),
            _ => throw EvaluationException.Refused($"the encoding '{name}': bytes are made in utf-8, ascii and latin-1"),
        };
    }

    private static string Errors(Value? given) => given is null ? "strict" : TextMethods.Text(given, "errors").Text;

    /// <summary>Whether what cannot be coded is passed over; the handler is looked at, as in Python, only where something cannot.</summary>
    private static bool Skips(string errors) => errors is "ignore" or "replace"
        || (errors == "strict" ? false : throw EvaluationException.Refused($"the error handler '{errors}': strict, ignore and replace are known"));
}
