using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// Reads the long lists of a tokenizer file, vocabulary and merges, several times faster than a general reader, which matters when a command has
/// nothing else to wait for. Whatever is not plainly right is left to <see cref="Utf8JsonReader"/>: a method that answers false has decided nothing.
/// </summary>
/// <param name="json">The file, known to be UTF-8.</param>
/// <param name="at">Where to begin.</param>
internal ref struct TokenScanner(ReadOnlySpan<byte> json, int at)
{
    private readonly ReadOnlySpan<byte> _json = json;

    /// <summary>The next byte that is not white space.</summary>
    public int At { get; private set; } = at;

    /// <summary>Steps over a byte, with white space before and after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Skip(byte expected)
    {
        SkipSpace();
        if ((uint)At >= (uint)_json.Length || _json[At] != expected) return false;
        At++;
        SkipSpace();
        return true;
    }

    /// <summary>Whether the next byte is this one.</summary>
    public readonly bool IsAt(byte expected) => (uint)At < (uint)_json.Length && _json[At] == expected;

    /// <summary>Appends a string, without its escapes, to a buffer that has room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryReadString(ref byte[] buffer, ref int end)
    {
        if (!IsAt((byte)'"')) return false;
        var start = At + 1;
        var close = start + PlainLength(start);
        if (close >= _json.Length || close - start > VocabularyReader.MaxTokenBytes) return false;
        if (_json[close] != '"') return TryReadEscaped(ref buffer, ref end);
        var length = close - start;
        if (buffer.Length - end < length) Grow(ref buffer, end, length);
        _json.Slice(start, length).CopyTo(buffer.AsSpan(end));
        (end, At) = (end + length, close + 1);
        return true;
    }

    /// <summary>Reads a whole number from 0 to 2147483647.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryReadNumber(out int number)
    {
        var (value, start) = (0L, At);
        while ((uint)At < (uint)_json.Length && _json[At] - '0' is >= 0 and <= 9 and var digit && value <= int.MaxValue) (value, At) = ((value * 10) + digit, At + 1);
        number = (int)value;
        return At > start && value <= int.MaxValue && (At == start + 1 || _json[start] != '0');
    }

    /// <summary>Bytes up to the first quotation mark, backslash or control character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int PlainLength(int start)
    {
        var length = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; start + length + Vector128<byte>.Count <= _json.Length; length += Vector128<byte>.Count)
            {
                var bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(_json), (nuint)(start + length));
                var ends = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.LessThan(bytes, Vector128.Create((byte)0x20));
                if (ends != Vector128<byte>.Zero) return length + BitOperations.TrailingZeroCount(ends.ExtractMostSignificantBits());
            }
        }

        while (start + length < _json.Length && _json[start + length] is >= 0x20 and not (byte)'"' and not (byte)'\\') length++;
        return length;
    }

    /// <summary>A string with escapes, by the general reader.</summary>
    private bool TryReadEscaped(ref byte[] buffer, ref int end)
    {
        var reader = new Utf8JsonReader(_json[At..], isFinalBlock: false, default);
        if (!reader.Read() || reader.ValueSpan.Length > VocabularyReader.MaxTokenBytes) return false;
        if (buffer.Length - end < reader.ValueSpan.Length) Grow(ref buffer, end, reader.ValueSpan.Length);
        end += reader.CopyString(buffer.AsSpan(end));
        At += (int)reader.BytesConsumed;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while ((uint)At < (uint)_json.Length && _json[At] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') At++;
    }

    private static void Grow(ref byte[] buffer, int end, int length) => Array.Resize(ref buffer, Math.Max(buffer.Length * 2, end + length));
}
