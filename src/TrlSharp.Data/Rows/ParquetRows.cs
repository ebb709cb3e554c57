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
        return ParquetTextColumn.Reads(element, data, leaf.HasRepetitions)
            ? new ParquetTextColumn(new(file, data), leaf, ParquetTextColumn.IsText(element))
            : ParquetRawColumn.Create(ReadRaw(rows, field), leaf);
    }

    private static RawColumnData ReadRaw(ParquetRowGroupReader rows, DataField field) => rows.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();

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
    private DataException Damaged(string where, Exception e) => new($"{name}{where}: this is no sound Parquet file ({e.Message}). Fetch or write it again.", e);

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
