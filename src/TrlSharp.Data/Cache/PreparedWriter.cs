using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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

    private const int Attempts = 100;

    private const int MostWeights = 256;

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _block = new(PreparedFormat.BlockSize * 2);

    /// <summary>Entries, until they follow the blocks: of many millions of sequences they would fill the memory. Gone when it is closed.</summary>
    private readonly FileStream _entries;
    private readonly List<PreparedFormat.Block> _blocks = [];
    private readonly List<float> _palette = [];
    private readonly Dictionary<float, byte> _codes = [];
    private readonly List<string> _files = [];
    private readonly Dictionary<string, int> _fileNumbers = new(StringComparer.Ordinal);
    private long _sequences;
    private long _tokens;
    private bool _complete;

    public PreparedWriter(string path)
    {
        _path = path;
        (_temporary, _stream) = Create(path, FileAccess.Write, FileOptions.None);
        try
        {
            (_, _entries) = Create(path, FileAccess.ReadWrite, FileOptions.DeleteOnClose);
        }
        catch
        {
            Dispose();
            throw;
        }

        Write([PreparedFormat.Magic]);
        Write([PreparedFormat.Version, 0u]);
    }

    /// <summary>A file that is locked. One that was taken for a leftover between its creation and its lock is made again.</summary>
    private static (string Name, FileStream Stream) Create(string path, FileAccess access, FileOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{TemporaryExtension}");
            try
            {
                var stream = new FileStream(name, FileMode.CreateNew, access, FileShare.Delete, 1 << 16, options);
                if (File.Exists(name)) return (name, stream);
                stream.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another process looks at the file this moment, and removes it.
            }
        }
    }

    public void Append(TokenSequence sequence)
    {
        if (!_fileNumbers.TryGetValue(sequence.Origin.File, out var file))
        {
            _fileNumbers.Add(sequence.Origin.File, file = _files.Count);
            _files.Add(sequence.Origin.File);
        }

        var offset = _stream.Position + _block.WrittenCount;
        _block.Write(MemoryMarshal.AsBytes(sequence.Tokens.AsSpan()));
        var coded = WriteCodes(sequence.Weights);
        if (!coded) _block.Write(MemoryMarshal.AsBytes(sequence.Weights.AsSpan()));
        var entry = new PreparedFormat.Entry
        {
            Coded = coded ? 1 : 0,
            Offset = offset,
            Line = sequence.Origin.Line,
            Unit = (int)sequence.Origin.Unit,
            Length = sequence.Length,
            Part = sequence.Part,
            File = file,
            Block = _blocks.Count,
        };
        _entries.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PreparedFormat.Entry>(in entry)));
        _sequences++;
        _tokens += sequence.Length;
        if (_block.WrittenCount >= PreparedFormat.BlockSize) CloseBlock();
    }

    /// <summary>Writes what is behind the blocks, waits for the disk, and gives the file its name. Another process may have been first; then its file stays.</summary>
    /// <param name="notes">Anything the reader shall get back: the account, as JSON.</param>
    public void Complete(string notes)
    {
        if (_block.WrittenCount > 0) CloseBlock();
        var strings = Encoding.UTF8.GetBytes(RowValue.List(RowValue.List([.. _files.Select(RowValue.Of)]), RowValue.Of(notes)).ToString());
        var footer = new PreparedFormat.Footer
        {
            IndexOffset = _stream.Position,
            Sequences = _sequences,
            Blocks = _blocks.Count,
            Palette = _palette.Count,
            StringsLength = strings.Length,
            Tokens = _tokens,
        };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteEntries(hash);
        WriteIndex(hash, CollectionsMarshal.AsSpan(_blocks));
        WriteIndex(hash, CollectionsMarshal.AsSpan(_palette));
        WriteIndex<byte>(hash, strings);
        footer.Hash = PreparedFormat.Hash(hash, footer);
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
        _entries?.Dispose();
    }

    private void WriteEntries(IncrementalHash hash)
    {
        var buffer = new byte[1 << 16];
        _entries.Position = 0;
        while (_entries.Read(buffer) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            _stream.Write(buffer.AsSpan(0, read));
        }
    }

    private void CloseBlock()
    {
        var bytes = _block.WrittenSpan;
        _blocks.Add(new() { Offset = _stream.Position, Length = bytes.Length, Hash = PreparedFormat.Hash(bytes) });
        _stream.Write(bytes);
        _block.ResetWrittenCount();
    }

    /// <summary>One byte per weight, padded to 4; false, and nothing written, when the palette is full.</summary>
    private bool WriteCodes(float[] weights)
    {
        var codes = _block.GetSpan(weights.Length + 3);
        var (last, code) = (float.NaN, (byte)0);
        for (var i = 0; i < weights.Length; i++)
        {
            // Weights come in runs.
            if (weights[i] != last)
            {
                if (!TryCode(weights[i], out code)) return false;
                last = weights[i];
            }

            codes[i] = code;
        }

        var padded = (weights.Length + 3) & ~3;
        codes[weights.Length..padded].Clear();
        _block.Advance(padded);
        return true;
    }

    private bool TryCode(float weight, out byte code)
    {
        if (_codes.TryGetValue(weight, out code)) return true;
        if (_palette.Count == MostWeights) return false;
        code = (byte)_palette.Count;
        _codes.Add(weight, code);
        _palette.Add(weight);
        return true;
    }

    private void WriteIndex<T>(IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // Bytes of a span are counted in an int.
        const int Some = 1 << 20;
        for (; values.Length > 0; values = values[Math.Min(Some, values.Length)..])
        {
            var bytes = MemoryMarshal.AsBytes(values[..Math.Min(Some, values.Length)]);
            hash.AppendData(bytes);
            _stream.Write(bytes);
        }
    }

    private void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged => _stream.Write(MemoryMarshal.AsBytes(values));
}
