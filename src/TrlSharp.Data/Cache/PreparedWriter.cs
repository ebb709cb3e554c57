using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Cache;

/// <summary>
/// Writes a file of prepared sequences under a temporary name and moves it into place when it is complete and on the disk: whoever sees the final name sees
/// a whole file. Held open and locked while it is written, so that a leftover of a dead process can be told from work in progress.
/// </summary>
internal sealed class PreparedWriter : IDisposable
{
    public const string TemporaryExtension = ".tmp";

    private const int MostWeights = 256;

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly List<byte> _block = [];
    private readonly List<PreparedFormat.Entry> _entries = [];
    private readonly List<PreparedFormat.Block> _blocks = [];
    private readonly List<float> _palette = [];
    private readonly Dictionary<float, byte> _codes = [];
    private readonly List<string> _files = [];
    private readonly Dictionary<string, int> _fileNumbers = new(StringComparer.Ordinal);
    private long _tokens;
    private bool _complete;

    public PreparedWriter(string path)
    {
        _path = path;
        _temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{TemporaryExtension}");
        _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete, 1 << 16);
        Write([PreparedFormat.Magic]);
        Write([PreparedFormat.Version, 0u]);
    }

    public void Append(TokenSequence sequence)
    {
        if (!_fileNumbers.TryGetValue(sequence.Origin.File, out var file))
        {
            _fileNumbers.Add(sequence.Origin.File, file = _files.Count);
            _files.Add(sequence.Origin.File);
        }

        var coded = Array.TrueForAll(sequence.Weights, HasCode);
        _entries.Add(new()
        {
            Coded = coded ? 1 : 0,
            Offset = _stream.Position + _block.Count,
            Line = sequence.Origin.Line,
            Unit = (int)sequence.Origin.Unit,
            Length = sequence.Length,
            Part = sequence.Part,
            File = file,
            Block = _blocks.Count,
        });
        _tokens += sequence.Length;
        _block.AddRange(MemoryMarshal.AsBytes(sequence.Tokens.AsSpan()));
        if (coded) foreach (var weight in sequence.Weights) _block.Add(_codes[weight]);
        else _block.AddRange(MemoryMarshal.AsBytes(sequence.Weights.AsSpan()));
        while (_block.Count % 4 != 0) _block.Add(0);
        if (_block.Count >= PreparedFormat.BlockSize) CloseBlock();
    }

    /// <summary>Writes what is behind the blocks, waits for the disk, and gives the file its name. Another process may have been first; then its file stays.</summary>
    /// <param name="notes">Anything the reader shall get back: the account, as JSON.</param>
    public void Complete(string notes)
    {
        if (_block.Count > 0) CloseBlock();
        var strings = Encoding.UTF8.GetBytes(RowValue.List(RowValue.List([.. _files.Select(RowValue.Of)]), RowValue.Of(notes)).ToString());
        var footer = new PreparedFormat.Footer
        {
            IndexOffset = _stream.Position,
            Sequences = _entries.Count,
            Blocks = _blocks.Count,
            Palette = _palette.Count,
            StringsLength = strings.Length,
            Tokens = _tokens,
        };
        var index = new MemoryStream();
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_entries)));
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_blocks)));
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_palette)));
        index.Write(strings);
        index.Write(MemoryMarshal.AsBytes(new Span<PreparedFormat.Footer>(ref footer)));
        footer.Hash = PreparedFormat.Hash(index.GetBuffer().AsSpan(0, (int)index.Length));
        _stream.Write(index.GetBuffer().AsSpan(0, (int)index.Length - Marshal.SizeOf<PreparedFormat.Footer>()));
        _stream.Write(MemoryMarshal.AsBytes(new Span<PreparedFormat.Footer>(ref footer)));
        _stream.Flush(flushToDisk: true);
        // Moved while still open: a file that nobody holds could be taken for a leftover.
        File.Move(_temporary, _path, overwrite: true);
        _complete = true;
    }

    public void Dispose()
    {
        if (!_complete) File.Delete(_temporary);
        _stream.Dispose();
    }

    private void CloseBlock()
    {
        var bytes = CollectionsMarshal.AsSpan(_block);
        _blocks.Add(new() { Offset = _stream.Position, Length = bytes.Length, Hash = PreparedFormat.Hash(bytes) });
        _stream.Write(bytes);
        _block.Clear();
    }

    private bool HasCode(float weight)
    {
        if (_codes.ContainsKey(weight)) return true;
        if (_palette.Count == MostWeights) return false;
        _codes.Add(weight, (byte)_palette.Count);
        _palette.Add(weight);
        return true;
    }

    private void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged => _stream.Write(MemoryMarshal.AsBytes(values));
}
