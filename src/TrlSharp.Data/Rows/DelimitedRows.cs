using System.Text;
using System.Text.Unicode;

namespace TrlSharp.Rows;

/// <summary>
/// CSV after RFC 4180, and the same with tabs: a header line, fields in double quotes where needed, quotes doubled inside, line breaks allowed inside
/// quotes. Every value is a string; an empty unquoted field is null, an empty quoted one the empty string.
/// </summary>
internal sealed class DelimitedRows(string name, string path, char delimiter, int blockSize = DataFile.BlockSize, ReadMeter? meter = null) : IRowSource
{
    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null)
    {
        using var window = new ByteWindow(DataFile.OpenUnpacked(path, meter), name, blockSize);
        if (!Refusals.Try(() => Header(window), onRefused, out var header)) yield break;
        while (Refusals.Try(() => RecordLength(window), onRefused, out var length) && length > 0)
        {
            var row = Parse(window, length, header, onRefused);
            window.Advance(length);
            if (row is not null) yield return row;
        }
    }

    private string[] Header(ByteWindow window)
    {
        window.SkipByteOrderMark();
        var length = RecordLength(window);
        var names = Fields(window.Pending[..length], new(name, 1)).Select(f => f ?? "").ToArray();
        window.Advance(length);
        if (Array.Find(names, n => names.Count(other => other == n) > 1) is { } twice)
            throw new DataException($"{name}:1: the column \"{twice}\" occurs twice in the header.");
        return names;
    }

    private Row? Parse(ByteWindow window, int length, string[] header, Action<DataException>? onRefused)
    {
        var record = window.Pending[..length];
        if (record.Trim("\r\n"u8).IsEmpty) return null;
        var origin = new RowOrigin(name, window.Line);
        try
        {
            var fields = Fields(record, origin);
            if (fields.Count != header.Length)
                throw new DataException($"{origin}: the line has {fields.Count} fields, the header {header.Length}. A quote may be missing, or the delimiter is another.");
            return new(RowValue.Map([.. header.Zip(fields, (n, f) => KeyValuePair.Create(n, f is null ? RowValue.Null : RowValue.Of(f)))]), origin);
        }
        catch (DataException e) when (onRefused is not null)
        {
            onRefused(e);
            return null;
        }
    }

    /// <summary>Bytes of the first pending record with its line break; 0 at the end of the file. A quote that never closes has all the rest.</summary>
    private int RecordLength(ByteWindow window)
    {
        var at = 0;
        var quoted = false;
        var closed = -1;
        while (true)
        {
            var rest = window.Pending[at..];
            var found = quoted ? rest.IndexOf((byte)'"') : rest.IndexOfAny((byte)'"', (byte)'\n');
            if (found < 0)
            {
                at = window.Pending.Length;
                if (!window.Fill()) return at;
                continue;
            }

            at += found + 1;
            if (rest[found] == '\n') return at;
            // A quote opens at the start of a field, or again right after it closed (a doubled quote); elsewhere it is a character.
            var opens = at == 1 || window.Pending[at - 2] == delimiter || closed == at - 1;
            if (quoted) closed = at;
            quoted = !quoted && opens;
        }
    }

    private List<string?> Fields(ReadOnlySpan<byte> record, RowOrigin origin)
    {
        if (!Utf8.IsValid(record)) throw new DataException($"{origin}: the line is not valid UTF-8.");
        var text = Encoding.UTF8.GetString(record).AsSpan();
        if (text.EndsWith("\n")) text = text[..^1];
        if (text.EndsWith("\r")) text = text[..^1];
        var fields = new List<string?>();
        while (true)
        {
            if (text.StartsWith("\""))
            {
                fields.Add(Quoted(ref text, origin));
            }
            else
            {
                var end = text.IndexOf(delimiter);
                var field = end < 0 ? text : text[..end];
                fields.Add(field.IsEmpty ? null : field.ToString());
                text = text[field.Length..];
            }

            if (text.IsEmpty) return fields;
            if (text[0] != delimiter) throw new DataException($"{origin}: field {fields.Count} goes on after its closing quote; a quote inside must be doubled.");
            text = text[1..];
        }
    }

    private static string Quoted(ref ReadOnlySpan<char> text, RowOrigin origin)
    {
        var value = new StringBuilder();
        text = text[1..];
        while (true)
        {
            var quote = text.IndexOf('"');
            if (quote < 0) throw new DataException($"{origin}: a quote opens a field and never closes.");
            value.Append(text[..quote]);
            text = text[(quote + 1)..];
            if (!text.StartsWith("\"")) return value.ToString();
            value.Append('"');
            text = text[1..];
        }
    }
}
