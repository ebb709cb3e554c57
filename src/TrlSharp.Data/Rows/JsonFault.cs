using System.Globalization;
using System.Text.Json;

namespace TrlSharp.Rows;

/// <summary>A fault in JSON text at a place relative to the text's start; the reader of the file turns it into line and column of the file.</summary>
/// <param name="what">The fault, without a full stop.</param>
/// <param name="line">0-based line in the text.</param>
/// <param name="column">0-based character in that line.</param>
/// <param name="inner">The cause.</param>
internal sealed class JsonFault(string what, long line, long column, Exception? inner) : Exception(what, inner)
{
    /// <summary>The fault at a byte of the text.</summary>
    public static JsonFault At(ReadOnlySpan<byte> utf8, long position, string what, Exception? inner)
    {
        var before = utf8[..(int)Math.Min(position, utf8.Length)];
        return new(what, before.Count((byte)'\n'), Characters(before[(before.LastIndexOf((byte)'\n') + 1)..]), inner);
    }

    /// <summary>The fault that <see cref="Utf8JsonReader"/> reports.</summary>
    public static JsonFault At(ReadOnlySpan<byte> utf8, JsonException e)
    {
        // The reader's own words end in a path and a position that we say better.
        var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = (cut < 0 ? e.Message : e.Message[..cut]).TrimEnd('.').ReplaceLineEndings("⏎");
        var lines = e.LineNumber ?? 0;
        var start = 0;
        for (var i = 0L; i < lines; i++) start += utf8[start..].IndexOf((byte)'\n') + 1;
        var position = start + (int)Math.Min(e.BytePositionInLine ?? 0, utf8.Length - start);
        // Text that ends too early ends before its line break.
        return At(utf8, Math.Min(position, utf8.TrimEnd(" \t\r\n"u8).Length), what, e);
    }

    /// <summary>The message, placed in a file where the text starts on <paramref name="startLine"/> after <paramref name="bytesBefore"/> bytes.</summary>
    public string Describe(long startLine, long bytesBefore, bool nameLine)
    {
        var at = column + 1 + (line == 0 ? bytesBefore : 0);
        var place = nameLine ? string.Create(CultureInfo.InvariantCulture, $"line {startLine + line}, column {at}") : string.Create(CultureInfo.InvariantCulture, $"column {at}");
        return $"Malformed JSON at {place}: {Message}.";
    }

    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var b in utf8)
            if ((b & 0xc0) != 0x80) count++;
        return count;
    }
}
