using System.Collections;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Cache;

/// <summary>
/// Prepared sequences in a memory-mapped file, by number. Opening checks everything but the tokens; these are checked block by block when first touched. Safe
/// for any number of threads.
/// </summary>
public sealed unsafe class PreparedData : IReadOnlyList<TokenSequence>, IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;
    private readonly PreparedFormat.Entry* _entries;
    private readonly PreparedFormat.Block[] _blocks;
    private readonly float[] _palette;
    private readonly string[] _files;
    private readonly int[] _checked;
    private bool _disposed;
    private bool _isDeletedAtEnd;

    private PreparedData(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* bytes, long length)
    {
        (File, _file, _view) = (path, file, view);
        _bytes = bytes;
        var footer = Footer(length);
        Count = checked((int)footer.Sequences);
        _entries = (PreparedFormat.Entry*)(bytes + footer.IndexOffset);
        var behind = checked(footer.IndexOffset + (footer.Sequences * sizeof(PreparedFormat.Entry)));
        if (Count < 0 || behind > length) throw new InvalidDataException();
        var index = new ReadOnlySpan<byte>(bytes + behind, checked((int)(length - behind)));
        _blocks = Take<PreparedFormat.Block>(ref index, footer.Blocks);
        _palette = Take<float>(ref index, footer.Palette);
        var strings = RowValue.Parse(index[..checked((int)footer.StringsLength)]);
        _files = [.. strings.Items[0].Items.Select(f => f.Text)];
        Notes = strings.Items[1].Text;
        Tokens = footer.Tokens;
        _checked = new int[_blocks.Length];
        CheckEntries(footer.IndexOffset);
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What was given to be kept with the data.</summary>
    public string Notes { get; }

    /// <summary>Tokens of all sequences.</summary>
    public long Tokens { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>A sequence; copied out of the file.</summary>
    /// <exception cref="DataException">Its block is damaged. The file is gone then, and the next run prepares it anew.</exception>
    public TokenSequence this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var entry = _entries[index];
            if (Volatile.Read(ref _checked[entry.Block]) == 0) CheckBlock(entry.Block);
            var start = _bytes + entry.Offset;
            var weights = new float[entry.Length];
            if (entry.Coded == 0) new ReadOnlySpan<float>(start + (4L * entry.Length), entry.Length).CopyTo(weights);
            else for (var i = 0; i < weights.Length; i++) weights[i] = _palette[start[(4L * entry.Length) + i]];
            return new()
            {
                Tokens = new ReadOnlySpan<int>(start, entry.Length).ToArray(),
                Weights = weights,
                Origin = new(_files[entry.File], entry.Line) { Unit = (RowUnit)entry.Unit },
                Part = entry.Part,
            };
        }
    }

    /// <summary>Tokens per sequence, without touching the tokens.</summary>
    public int[] Lengths()
    {
        var lengths = new int[Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = _entries[i].Length;
        return lengths;
    }

    /// <summary>Opens a file; null when there is none, or when it is damaged (then it is deleted).</summary>
    /// <exception cref="DataException">The file is there and cannot be read at all.</exception>
    public static PreparedData? Open(string path)
    {
        if (!System.IO.File.Exists(path)) return null;
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        byte* bytes = null;
        try
        {
            var length = new FileInfo(path).Length;
            if (length < PreparedFormat.HeaderSize + Marshal.SizeOf<PreparedFormat.Footer>()) throw new InvalidDataException();
            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
            return new(path, file, view, bytes, length);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or DataException or ArgumentException or InvalidOperationException)
        {
            Close(view, file, bytes);
            System.IO.File.Delete(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Close(view, file, bytes);
            throw new DataException($"{path}: the prepared data cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens a file that nobody else shall find: its name goes at once, or, on systems that keep the names of open files, at the end.</summary>
    internal static PreparedData OpenOnce(string path)
    {
        var data = Open(path) ?? throw new DataException($"{path}: what was just written cannot be read back. The disk or the file system is at fault.");
        try
        {
            System.IO.File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            data._isDeletedAtEnd = true;
        }

        return data;
    }

    /// <summary>Checks every block now.</summary>
    /// <exception cref="DataException">One is damaged.</exception>
    public void Verify()
    {
        for (var block = 0; block < _blocks.Length; block++) CheckBlock(block);
    }

    /// <inheritdoc/>
    public IEnumerator<TokenSequence> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Close(_view, _file, _bytes);
        if (_isDeletedAtEnd) System.IO.File.Delete(File);
    }

    private static void Close(MemoryMappedViewAccessor? view, MemoryMappedFile? file, byte* bytes)
    {
        if (bytes is not null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
        file?.Dispose();
    }

    private PreparedFormat.Footer Footer(long length)
    {
        var size = Marshal.SizeOf<PreparedFormat.Footer>();
        if (*(ulong*)_bytes != PreparedFormat.Magic || *(uint*)(_bytes + 8) != PreparedFormat.Version) throw new InvalidDataException();
        var footer = *(PreparedFormat.Footer*)(_bytes + length - size);
        if (footer.IndexOffset < PreparedFormat.HeaderSize || footer.IndexOffset > length - size) throw new InvalidDataException();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = footer.IndexOffset; at < length - size;)
        {
            var some = (int)Math.Min(1 << 28, length - size - at);
            hash.AppendData(new ReadOnlySpan<byte>(_bytes + at, some));
            at += some;
        }

        return PreparedFormat.Hash(hash, footer) == footer.Hash ? footer : throw new InvalidDataException();
    }

    private static T[] Take<T>(ref ReadOnlySpan<byte> bytes, long count)
        where T : unmanaged
    {
        var size = checked((int)(count * sizeof(T)));
        if (count < 0 || size > bytes.Length) throw new InvalidDataException();
        var values = MemoryMarshal.Cast<byte, T>(bytes[..size]).ToArray();
        bytes = bytes[size..];
        return values;
    }

    /// <summary>The index is what was written, by its hash; that it points into the blocks is checked all the same, since pointers follow it.</summary>
    private void CheckEntries(long end)
    {
        foreach (var block in _blocks)
            if (block.Offset < PreparedFormat.HeaderSize || block.Length < 0 || block.Offset + block.Length > end) throw new InvalidDataException();
        for (var i = 0; i < Count; i++)
        {
            var entry = _entries[i];
            if (entry.Length < 0 || (uint)entry.Block >= _blocks.Length || (uint)entry.File >= _files.Length || entry.Offset < _blocks[entry.Block].Offset
                || entry.Offset + PreparedFormat.Size(entry) > _blocks[entry.Block].Offset + _blocks[entry.Block].Length) throw new InvalidDataException();
        }
    }

    private void CheckBlock(int number)
    {
        var block = _blocks[number];
        if (PreparedFormat.Hash(new ReadOnlySpan<byte>(_bytes + block.Offset, checked((int)block.Length))) != block.Hash)
        {
            System.IO.File.Delete(File);
            throw new DataException($"{File}: the prepared data is damaged on the disk. It has been deleted; run again, and it is prepared anew.");
        }

        Volatile.Write(ref _checked[number], 1);
    }
}
