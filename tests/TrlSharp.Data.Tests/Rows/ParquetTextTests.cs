using System.Text;
using System.Text.Json.Serialization;
using Parquet;
using Parquet.Meta;
using Parquet.Serialization;
using TrlSharp.Rows;
using Encoding = Parquet.Meta.Encoding;

namespace TrlSharp.Data.Tests.Rows;

/// <summary>Texts of Parquet files, which are read from the pages themselves.</summary>
public sealed class ParquetTextTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Written by the library, with repeated texts (a dictionary) and different ones, nulls, empty lists, long and non-ASCII texts, in several row groups.</summary>
    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.Lz4Raw)]
    public async Task Every_compression_of_the_library_is_read_back(CompressionMethod method)
    {
        var random = new SeededRandom(5);
        var chats = Enumerable.Range(0, 700).Select(i => new Chat
        {
            Id = i % 7 == 0 ? null : $"id {i}",
            Messages = i % 11 == 0 ? null : [.. Enumerable.Range(0, random.Next(5)).Select(k => new Turn { Role = k % 2 == 0 ? "user" : "assistant", Content = Text(random) })],
        }).ToList();
        var path = Path.Combine(_folder, "chats.parquet");
        await using (var stream = File.Create(path))
            await ParquetSerializer.SerializeAsync(chats, stream, new() { CompressionMethod = method, RowGroupSize = 300 }, cancellationToken: TestContext.Current.CancellationToken);
        var rows = RowSources.Open(path).Read().ToList();
        Assert.Equal(chats.Count, rows.Count);
        foreach (var (chat, row) in chats.Zip(rows)) Assert.Equal(Json(chat).ToString(), row.Value.ToString());
    }

    /// <summary>
    /// A column "list of optional text" in pages of the second version, by hand: rows ["a", null], [], ["b", "a"], null. Levels stand before the values and are
    /// never compressed.
    /// </summary>
    [Theory]
    [InlineData(CompressionCodec.UNCOMPRESSED)]
    [InlineData(CompressionCodec.ZSTD)]
    public void Pages_of_the_second_version(CompressionCodec codec)
    {
        // Repetition 0 1 0 0 1 0 as one packed group of one bit; definition 3 2 1 3 3 0 of two bits.
        byte[] repetitions = [0b11, 0b010010];
        byte[] definitions = [0b11, 0b01_10_11 | (0b11 << 6), 0b00_11];
        byte[] values = [1, 0, 0, 0, (byte)'a', 1, 0, 0, 0, (byte)'b', 1, 0, 0, 0, (byte)'a'];
        using var compressor = new ZstdSharp.Compressor();
        var packed = codec == CompressionCodec.ZSTD ? compressor.Wrap(values).ToArray() : values;
        var levels = repetitions.Length + definitions.Length;
        byte[] page =
        [
            .. Header(3, levels + values.Length, levels + packed.Length, [0x5C, 0x15, .. Number(6), 0x15, .. Number(1), 0x15, .. Number(4), 0x15, .. Number(0), 0x15, .. Number(definitions.Length), 0x15, .. Number(repetitions.Length), 0x00], 8),
            .. repetitions, .. definitions, .. packed,
        ];
        using var column = Column(page, codec, 6, present: 3, mostDefinition: 3, mostRepetition: 1);
        List<string> read = [];
        while (!column.AtEnd)
        {
            read.Add($"{column.Repetition}{column.Definition}");
            read.Add(column.Next().ToString());
        }

        Assert.Equal(["03", "\"a\"", "12", "null", "01", "null", "03", "\"b\"", "13", "\"a\"", "00", "null"], read);
    }

    [Fact]
    public void Text_that_is_no_text_is_refused_and_bytes_are_kept()
    {
        byte[] values = [2, 0, 0, 0, 0xC3, 0x28];
        byte[] page = [.. Header(0, values.Length, values.Length, [0x5C, .. DataPage(1)], 5), .. values];
        using (var declared = Column(page, CompressionCodec.UNCOMPRESSED, 1, isText: true))
            Assert.Contains("not valid UTF-8", Assert.Throws<DataException>(() => declared.Next()).Message, StringComparison.Ordinal);
        using var bytes = Column(page, CompressionCodec.UNCOMPRESSED, 1, isText: false);
        Assert.Equal("\"wyg=\"", bytes.Next().ToString());
    }

    /// <summary>Sizes and counts that a damaged header may name.</summary>
    [Theory]
    [InlineData(-1, 6, 1)]
    [InlineData(6, 7, 1)]
    [InlineData(int.MaxValue, 6, 1)]
    [InlineData(6, 6, 2)]
    [InlineData(6, 6, int.MaxValue)]
    public void Damaged_headers_are_refused(int unpacked, int packed, int count)
    {
        byte[] page = [.. Header(0, unpacked, packed, [0x5C, .. DataPage(count)], 5), 2, 0, 0, 0, (byte)'a', (byte)'b'];
        Assert.Throws<DataException>(() =>
        {
            using var column = Column(page, CompressionCodec.UNCOMPRESSED, 1);
            while (!column.AtEnd) column.Next();
        });
    }

    private static ParquetPageColumn Column(byte[] chunk, CompressionCodec codec, int entries, int present = 0, int mostDefinition = 0, int mostRepetition = 0, bool isText = true) =>
        new(new(new MemoryStream(chunk), new ColumnMetaData { Codec = codec, DataPageOffset = 0, TotalCompressedSize = chunk.Length }), new(entries, present, mostDefinition, mostRepetition), new ParquetTextValues(isText));

    /// <summary>Fields 1 to 3 and the struct of the page's kind, whose field delta is in the first byte of <paramref name="kind"/>.</summary>
    private static byte[] Header(int type, int unpacked, int packed, byte[] kind, int field)
    {
        kind[0] = (byte)(((field - 3) << 4) | 0xC);
        return [0x15, .. Number(type), 0x15, .. Number(unpacked), 0x15, .. Number(packed), .. kind, 0x00];
    }

    /// <summary>values, encoding PLAIN, levels in RLE.</summary>
    private static byte[] DataPage(int count) => [0x15, .. Number(count), 0x15, .. Number((int)Encoding.PLAIN), 0x15, .. Number((int)Encoding.RLE), 0x15, .. Number((int)Encoding.RLE), 0x00];

    private static byte[] Number(int value)
    {
        var zigzag = (uint)((value << 1) ^ (value >> 31));
        var bytes = new List<byte>();
        for (; zigzag >= 0x80; zigzag >>= 7) bytes.Add((byte)(zigzag | 0x80));
        return [.. bytes, (byte)zigzag];
    }

    private static string Text(SeededRandom random)
    {
        var text = new StringBuilder();
        var count = random.Next(3) == 0 ? random.Next(4) : random.Next(400);
        for (var i = 0; i < count; i++) text.Append(random.Next(30) == 0 ? "中" : random.Next(60) == 0 ? "😀" : ((char)('a' + random.Next(26))).ToString());
        return text.ToString();
    }

    private static RowValue Json(Chat chat) => RowValue.MapOf(
        ("id", chat.Id is null ? RowValue.Null : RowValue.Of(chat.Id)),
        ("messages", chat.Messages is null ? RowValue.Null : RowValue.List([.. chat.Messages.Select(m => RowValue.MapOf(("role", RowValue.Of(m.Role!)), ("content", RowValue.Of(m.Content!))))])));

    private sealed class Chat
    {
        [JsonPropertyName("id")]
        public string? Id { get; set; }

        [JsonPropertyName("messages")]
        public List<Turn>? Messages { get; set; }
    }

    private sealed class Turn
    {
        [JsonPropertyName("role")]
        public string? Role { get; set; }

        [JsonPropertyName("content")]
        public string? Content { get; set; }
    }
}
