using System.Buffers;
using System.Globalization;

namespace TrlSharp.Rows;

/// <summary>
/// A JSON file: an array of objects, or one or more objects one after another (pretty-printed or one per line). Read as a stream; only one element
/// is in memory at a time.
/// </summary>
internal sealed class JsonRows(string name, string path, int blockSize = DataFile.BlockSize, ReadMeter? meter = null) : IRowSource
{
    private static readonly SearchValues<byte> Brackets = SearchValues.Create("{}[]\""u8);

    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null)
    {
        using var window = new ByteWindow(DataFile.OpenUnpacked(path, meter), name, blockSize);
        if (!Refusals.Try(() => Start(window), onRefused, out var isArray)) yield break;
        for (var number = 1L; ; number++)
        {
            if (!Refusals.Try(() => NextObject(window, isArray, number), onRefused, out var length) || length == 0) yield break;
            var row = Parse(window, length, isArray, number, onRefused);
            window.Advance(length);
            if (row is not null) yield return row;
        }
    }

    /// <summary>The same rows, not parsed yet.</summary>
    public IEnumerable<RowBlock> Blocks()
    {
        using var window = new ByteWindow(DataFile.OpenUnpacked(path, meter), name, blockSize);
        var block = new JsonBlock();
        var isSound = Refusals.Try(() => Start(window), block.Break, out var isArray);
        for (var number = 1L; isSound; number++)
        {
            var at = number;
            isSound = Refusals.Try(() => NextObject(window, isArray, at), block.Break, out var length) && length > 0;
            if (!isSound) break;
            block.Add(window.Pending[..length], Origin(window, isArray, number), window.Line, window.BytesBefore);
            window.Advance(length);
            if (!block.IsFull) continue;
            yield return block;
            block = new();
        }

        if (!block.IsEmpty) yield return block;
    }

    /// <summary>Consumes the opening bracket. True: an array; false: a sequence of objects.</summary>
    private static bool Start(ByteWindow window)
    {
        window.SkipByteOrderMark();
        if (Peek(window) != '[') return false;
        window.Advance(1);
        return true;
    }

    private Row? Parse(ByteWindow window, int length, bool isArray, long number, Action<DataException>? onRefused)
    {
        try
        {
            return RowJson.ParseRow(window.Pending[..length], Origin(window, isArray, number), window.Line, window.BytesBefore);
        }
        catch (DataException e) when (onRefused is not null)
        {
            onRefused(e);
            return null;
        }
    }

    private RowOrigin Origin(ByteWindow window, bool isArray, long number) => isArray ? new(name, number) { Unit = RowUnit.Element } : new(name, window.Line);

    /// <summary>Moves to the next object and returns its length in bytes; 0 at the end of the array or file.</summary>
    private int NextObject(ByteWindow window, bool isArray, long number)
    {
        var next = Peek(window);
        if (isArray && number > 1 && next == ',')
        {
            window.Advance(1);
            next = Peek(window);
            if (next == ']') throw Malformed(window, "there is a comma before the closing bracket");
        }
        else if (isArray && number > 1 && next is not (']' or -1))
        {
            throw Malformed(window, "a comma is missing between two elements");
        }

        if (isArray && next == ']')
        {
            window.Advance(1);
            return Peek(window) < 0 ? 0 : throw Malformed(window, "there is more text after the end of the array");
        }

        if (next == '{') return ObjectLength(window);
        if (next < 0) return isArray ? throw Malformed(window, "the file ends inside the array; it is probably cut off") : 0;
        throw Malformed(window, $"row {number.ToString(CultureInfo.InvariantCulture)} does not start with {{: every row must be an object with named columns");
    }

    /// <summary>The next byte that is no white space, now first in the window; −1 at the end.</summary>
    private static int Peek(ByteWindow window)
    {
        while (true)
        {
            var blank = window.Pending.IndexOfAnyExcept(" \t\r\n"u8);
            if (blank < 0) blank = window.Pending.Length;
            window.Advance(blank);
            if (!window.Pending.IsEmpty) return window.Pending[0];
            if (!window.Fill()) return -1;
        }
    }

    /// <summary>Length of the object that starts the window, by counting brackets outside strings. An object cut off has all the rest.</summary>
    private static int ObjectLength(ByteWindow window)
    {
        var at = 0;
        var depth = 0;
        var inString = false;
        while (true)
        {
            var rest = window.Pending[Math.Min(at, window.Pending.Length)..];
            var found = inString ? rest.IndexOfAny((byte)'"', (byte)'\\') : rest.IndexOfAny(Brackets);
            if (found < 0)
            {
                at = Math.Max(at, window.Pending.Length);
                if (!window.Fill()) return window.Pending.Length;
                continue;
            }

            at += found + 1;
            var b = rest[found];
            if (b == '\\') at++;
            else if (b == '"') inString = !inString;
            else depth += b is (byte)'{' or (byte)'[' ? 1 : -1;
            if (depth == 0 && !inString) return at;
        }
    }

    private DataException Malformed(ByteWindow window, string what) => new(string.Create(
        CultureInfo.InvariantCulture, $"{name}:{window.Line}: malformed JSON at column {window.BytesBefore + 1}: {what}."));
}
