using System.Buffers;
using System.IO.Compression;
using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>The pages of one column of a row group, unpacked one after the other into the same buffer.</summary>
internal sealed class ParquetPages : IDisposable
{
    private const int MostUnpacked = 1 << 30;

    private readonly CompressionCodec _codec;
    private readonly int _length;
    private byte[] _chunk;
    private byte[] _page = [];
    private int _at;

    /// <param name="file">The file.</param>
    /// <param name="column">Where in it the column is, and how it is compressed.</param>
    public ParquetPages(Stream file, ColumnMetaData column)
    {
        _codec = column.Codec;
        var start = column.DictionaryPageOffset is > 0 and var dictionary ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;
        if (start < 0 || column.TotalCompressedSize < 0 || column.TotalCompressedSize > Math.Min(file.Length - start, Array.MaxLength))
            throw new DataException($"a column of {column.TotalCompressedSize} bytes at byte {start} does not lie in the file.");
        _length = (int)column.TotalCompressedSize;
        _chunk = ArrayPool<byte>.Shared.Rent(_length);
        file.Position = start;
        file.ReadExactly(_chunk, 0, _length);
    }

    /// <summary>Codecs that are unpacked here.</summary>
    public static bool Unpacks(CompressionCodec codec) => codec is CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.ZSTD or CompressionCodec.GZIP
        or CompressionCodec.BROTLI or CompressionCodec.LZ4_RAW or CompressionCodec.LZ4;

    /// <summary>The unpacked page that <see cref="Next"/> came to; good until the next one.</summary>
    public byte[] Page => _page;

    /// <summary>Goes to the next page, levels of the second version included.</summary>
    /// <exception cref="DataException">There is none, or it is damaged.</exception>
    public ParquetPageHeader Next()
    {
        while (true)
        {
            var header = ParquetPageHeader.Read(_chunk.AsSpan(_at, _length - _at), out var size);
            _at += size;
            if (header.Packed > _length - _at) throw new DataException($"a page of {header.Packed} bytes is longer than what is left of its column.");
            if (header.Unpacked > MostUnpacked) throw new DataException($"a page of {header.Unpacked} bytes; TrlSharp reads pages up to {MostUnpacked}.");
            var packed = _chunk.AsSpan(_at, header.Packed);
            _at += header.Packed;

            // Pages of an index of old, and kinds to come.
            if (header.Type is not (PageType.DATA_PAGE or PageType.DATA_PAGE_V2 or PageType.DICTIONARY_PAGE)) continue;
            Reserve(header.Unpacked);
            var levels = header.Type == PageType.DATA_PAGE_V2 ? header.DefinitionBytes + (long)header.RepetitionBytes : 0;
            if (levels > Math.Min(packed.Length, header.Unpacked)) throw new DataException("the levels of a page are longer than the page.");
            packed[..(int)levels].CopyTo(_page);
            Unpack(header.IsPacked ? _codec : CompressionCodec.UNCOMPRESSED, packed[(int)levels..], _page.AsSpan((int)levels, header.Unpacked - (int)levels));
            return header;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_chunk);
        if (_page.Length > 0) ArrayPool<byte>.Shared.Return(_page);
        (_chunk, _page) = ([], []);
    }

    private void Reserve(int size)
    {
        if (_page.Length >= size) return;
        if (_page.Length > 0) ArrayPool<byte>.Shared.Return(_page);
        _page = ArrayPool<byte>.Shared.Rent(size);
    }

    private static void Unpack(CompressionCodec codec, ReadOnlySpan<byte> packed, Span<byte> target)
    {
        // A page of nothing but nulls has no values, and some writers leave its compressed form empty.
        if (target.IsEmpty) return;
        var written = codec switch
        {
            CompressionCodec.UNCOMPRESSED => Copy(packed, target),
            CompressionCodec.SNAPPY => SnappyBlock.TryUnpack(packed, target) ? target.Length : -1,
            CompressionCodec.ZSTD => UnpackZstandard(packed, target),
            CompressionCodec.BROTLI => BrotliDecoder.TryDecompress(packed, target, out var bytes) ? bytes : -1,
            CompressionCodec.LZ4_RAW => Lz4Block.TryUnpack(packed, target) ? target.Length : -1,
            // The old name: in frames; some writers left them out.
            CompressionCodec.LZ4 => Lz4Block.TryUnpackFrames(packed, target) || Lz4Block.TryUnpack(packed, target) ? target.Length : -1,
            _ => UnpackGzip(packed, target),
        };
        if (written != target.Length) throw new DataException("a page does not unpack to the size that its header names.");
    }

    private static int Copy(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        if (packed.Length != target.Length) return -1;
        packed.CopyTo(target);
        return target.Length;
    }

    private static int UnpackZstandard(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        using var decompressor = new ZstdSharp.Decompressor();
        return decompressor.Unwrap(packed, target);
    }

    private static unsafe int UnpackGzip(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        fixed (byte* start = packed)
        {
            using var gzip = new GZipStream(new UnmanagedMemoryStream(start, packed.Length), CompressionMode.Decompress);
            var read = gzip.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            return gzip.ReadByte() < 0 ? read : -1;
        }
    }
}
