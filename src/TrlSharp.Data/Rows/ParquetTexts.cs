using System.Buffers;
using System.Text.Unicode;
using Parquet.Meta;
using Encoding = System.Text.Encoding;

namespace TrlSharp.Rows;

/// <summary>From bytes of a column to texts. Short texts that were met lately, such as roles, are the same value again.</summary>
/// <param name="isDeclared">Whether the schema says that the column holds text. Bytes without a declared meaning are text when they are valid UTF-8, as old writers leave it; else Base64.</param>
internal sealed class ParquetTexts(bool isDeclared)
{
    private const int MostShort = 24;
    private const int Slots = 64;
    private const int MostAtOnce = 1 << 14;

    private readonly byte[] _recentBytes = new byte[Slots * MostShort];
    private readonly int[] _recentLengths = new int[Slots];
    private readonly RowValue?[] _recent = new RowValue?[Slots];
    private readonly char[] _characters = new char[MostAtOnce];

    /// <summary>Whether the schema says that the bytes of a column are text.</summary>
    public static bool IsText(SchemaElement element) =>
        element.ConvertedType is ConvertedType.UTF8 or ConvertedType.JSON or ConvertedType.ENUM
        || element.LogicalType is { STRING: not null } or { JSON: not null } or { ENUM: not null };

    /// <summary>The value of some bytes.</summary>
    /// <exception cref="DataException">The column declares text, and these bytes are none.</exception>
    public RowValue Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > MostShort) return RowValue.Of(Decode(bytes));
        var slot = ((bytes.Length * 31) + (bytes[0] * 7) + bytes[^1]) % Slots;
        var kept = _recentBytes.AsSpan(slot * MostShort, MostShort);
        if (_recent[slot] is { } known && bytes.SequenceEqual(kept[.._recentLengths[slot]])) return known;
        var value = RowValue.Of(Decode(bytes));
        bytes.CopyTo(kept);
        (_recent[slot], _recentLengths[slot]) = (value, bytes.Length);
        return value;
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        // One pass over most texts: checked, decoded and measured; long ones are measured first.
        if (bytes.Length <= MostAtOnce)
        {
            if (Utf8.ToUtf16(bytes, _characters, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done) return new(_characters, 0, written);
        }
        else if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        return !isDeclared ? Convert.ToBase64String(bytes) : throw new DataException("a text is not valid UTF-8.");
    }
}
