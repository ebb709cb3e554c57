using System.Globalization;
using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;

namespace TrlSharp.Rows;

/// <summary>Apache Parquet: nested lists, structs and maps; one row group in memory at a time.</summary>
internal sealed class ParquetRows(string name, string path, ReadMeter? meter = null) : IRowSource
{
    private static readonly ParquetOptions Options = new() { TreatByteArrayAsString = false, UseDateOnlyTypeForDates = true };

    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null)
    {
        using var file = DataFile.OpenRaw(path, meter);
        if (!Refusals.Try(() => Open(file), onRefused, out var opened)) yield break;
        var reader = opened.Reader;
        var number = 0L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            if (!Refusals.Try(() => Load(file, reader, opened.Fields, group), onRefused, out var rows)) yield break;
            using var columns = rows;
            for (var i = 0L; i < columns.RowCount; i++)
            {
                number++;
                if (Assemble(columns, i, number, group, onRefused) is not { } row) yield break;
                yield return row;
            }
        }
    }

    private (ParquetReader Reader, ParquetNode[] Fields) Open(Stream file) => Guard("", () =>
    {
        var reader = ParquetReader.CreateAsync(file, Options, leaveStreamOpen: true).GetAwaiter().GetResult();
        var schema = reader.Metadata?.Schema ?? throw new DataException("the file has no schema.");
        return (reader, ParquetNode.Read(schema));
    });

    private LoadedGroup Load(Stream file, ParquetReader reader, ParquetNode[] fields, int group) => Guard(GroupName(group), () =>
    {
        using var rows = reader.OpenRowGroupReader(group);
        var leaves = reader.Schema.DataFields;
        var elements = reader.Metadata!.Schema.Skip(1).Where(e => e.NumChildren is null).ToList();
        var loaded = new LoadedGroup(rows.RowCount, fields, new ParquetColumn[leaves.Length]);
        try
        {
            foreach (var leaf in Leaves(fields))
                loaded.Columns[leaf.FirstLeaf] = Column(file, rows, leaves[leaf.FirstLeaf], elements[leaf.FirstLeaf], leaf.Present);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    });

    private static ParquetColumn Column(Stream file, ParquetRowGroupReader rows, DataField field, SchemaElement element, int present)
    {
        var data = rows.GetMetadata(field)?.MetaData ?? throw new DataException($"the column {field.Path} has no metadata.");
        var leaf = new ParquetLeaf(checked((int)data.NumValues), present, field.MaxDefinitionLevel, field.MaxRepetitionLevel);
        if (!ParquetPages.Unpacks(data.Codec)) throw new NotSupportedException($"the column {field.Path} is compressed by {data.Codec}, which is not read. Write the file with snappy, zstd, gzip, lz4 or brotli.");
        try
        {
            return Values(element) is { } values && data.Type == element.Type && data.Encodings.TrueForAll(e => IsRead(e, values, leaf))
                ? new ParquetPageColumn(new(file, data), leaf, values)
                : ParquetRawColumn.Create(ReadRaw(rows, field, data), leaf, field.Path.ToString());
        }
        catch (DataException e)
        {
            throw new DataException($"the column {field.Path}: {e.Message}", e);
        }
    }

    private static RawColumnData ReadRaw(ParquetRowGroupReader rows, DataField field, ColumnMetaData data)
    {
        try
        {
            return rows.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is NotImplementedException or NotSupportedException)
        {
            throw new NotSupportedException($"the column {field.Path} has values of the type {data.Type} in the encodings {string.Join(", ", data.Encodings)}, which are not read. Write it with the encoding PLAIN.", e);
        }
    }

    /// <summary>What reads the values of a column here; null leaves it to the library.</summary>
    private static ParquetValues? Values(SchemaElement element)
    {
        if (ParquetNumbers.Meaning(element) is { } meaning) return new ParquetNumberValues(element.Type!.Value, meaning);
        var isPlain = element.LogicalType is null or { DECIMAL: null, BSON: null, VARIANT: null, GEOMETRY: null, GEOGRAPHY: null } && element.ConvertedType is not (ConvertedType.DECIMAL or ConvertedType.BSON);
        return element.Type == Parquet.Meta.Type.BYTE_ARRAY && isPlain ? new ParquetTextValues(ParquetTexts.IsText(element)) : null;
    }

    private static bool IsRead(Encoding encoding, ParquetValues values, ParquetLeaf leaf) =>
        encoding is Encoding.RLE or Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY || values.Reads(encoding) || (encoding == Encoding.BIT_PACKED && !leaf.HasRepetitions);

    /// <summary>The next row of a group; null when it was refused.</summary>
    private Row? Assemble(LoadedGroup group, long index, long number, int groupNumber, Action<DataException>? onRefused)
    {
        try
        {
            var value = group.Assembly.Next();
            if (index == group.RowCount - 1 && !group.Assembly.AtEnd) throw new DataException("a column goes on after the last row.");
            return new Row(value, new(name, number) { Unit = RowUnit.Row });
        }
        catch (Exception e)
        {
            var fault = Damaged(GroupName(groupNumber), e);
            if (onRefused is null) throw fault;
            onRefused(fault);
            return null;
        }
    }

    private T Guard<T>(string where, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e)
        {
            throw Damaged(where, e);
        }
    }

    /// <summary>
    /// The library reports damage by whatever exception its decoders run into, out of range or out of memory included; to the user all of them mean that
    /// the file is damaged.
    /// </summary>
    private DataException Damaged(string where, Exception e) => e is NotSupportedException
        ? new($"{name}{where}: {e.Message}", e)
        : new($"{name}{where}: this is no sound Parquet file ({e.Message}). Fetch or write it again.", e);

    private static string GroupName(int group) => string.Create(CultureInfo.InvariantCulture, $" row group {group}");

    private static IEnumerable<ParquetNode> Leaves(IEnumerable<ParquetNode> fields) =>
        fields.SelectMany(f => f.Kind == ParquetKind.Leaf ? [f] : Leaves(f.Children));

    private sealed record LoadedGroup(long RowCount, ParquetNode[] Fields, ParquetColumn[] Columns) : IDisposable
    {
        public ParquetAssembly Assembly { get; } = new(Fields, Columns);

        public void Dispose()
        {
            foreach (var column in Columns) column?.Dispose();
        }
    }
}
