namespace TrlSharp.Rows;

/// <summary>
/// JSON Lines: one object per line of UTF-8. Blank lines, CRLF and a byte order mark are tolerated; only <c>\n</c> ends a line, so U+2028 inside a
/// string is data.
/// </summary>
internal sealed class JsonLinesRows(string name, string path, int blockSize = DataFile.BlockSize, ReadMeter? meter = null) : IRowSource
{
    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null)
    {
        using var window = new ByteWindow(DataFile.OpenUnpacked(path, meter), name, blockSize);
        window.SkipByteOrderMark();
        while (Refusals.Try(() => LineLength(window), onRefused, out var length) && length > 0)
        {
            var row = Parse(window, length, onRefused);
            window.Advance(length);
            if (row is not null) yield return row;
        }
    }

    /// <summary>The same rows, not parsed yet.</summary>
    public IEnumerable<RowBlock> Blocks()
    {
        using var window = new ByteWindow(DataFile.OpenUnpacked(path, meter), name, blockSize);
        window.SkipByteOrderMark();
        var block = new JsonBlock();
        while (Refusals.Try(() => LineLength(window), block.Break, out var length) && length > 0)
        {
            var line = window.Pending[..length];
            if (!IsBlank(line)) block.Add(line, new(name, window.Line), window.Line, window.BytesBefore);
            window.Advance(length);
            if (!block.IsFull) continue;
            yield return block;
            block = new();
        }

        if (!block.IsEmpty) yield return block;
    }

    /// <summary>Bytes of the first pending line with its <c>\n</c>, if any; 0 at the end of the file.</summary>
    private static int LineLength(ByteWindow window)
    {
        var searched = 0;
        while (true)
        {
            var at = window.Pending[searched..].IndexOf((byte)'\n');
            if (at >= 0) return searched + at + 1;
            searched = window.Pending.Length;
            if (!window.Fill()) return searched;
        }
    }

    private Row? Parse(ByteWindow window, int length, Action<DataException>? onRefused)
    {
        var line = window.Pending[..length];
        if (IsBlank(line)) return null;
        var origin = new RowOrigin(name, window.Line);
        try
        {
            return RowJson.ParseRow(line, origin, window.Line, window.BytesBefore);
        }
        catch (DataException e) when (onRefused is not null)
        {
            onRefused(e);
            return null;
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r\n"u8);
}
