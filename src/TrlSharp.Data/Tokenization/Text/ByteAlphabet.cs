namespace TrlSharp.Tokenization.Text;

/// <summary>
/// The 256 printable characters that byte-level vocabularies write for bytes: printable Latin-1 stands for itself, the other 68 bytes take
/// U+0100 and up in order (GPT-2, <c>bytes_to_unicode</c>).
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = BuildChars();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char CharOf(byte value) => Chars[value];

    /// <summary>The byte that a character stands for, or −1.</summary>
    public static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] BuildChars()
    {
        var chars = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++) bytes[Chars[b]] = (short)b;
        return bytes;
    }
}
