using System.Globalization;
using Parquet;
using Parquet.Data;
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
            if (!Refusals.Try(() => Load(reader, opened.Fields, group), onRefused, out var rows)) yield break;
            using var columns = rows;
            for (var i = 0L; i < columns.RowCount; i++)
            {
                number++;
                if (!Refusals.Try(() => Assemble(columns, i, number, group), onRefused, out var row)) yield break;
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

    private LoadedGroup Load(ParquetReader reader, ParquetNode[] fields, int group) => Guard(GroupName(group), () =>
    {
        using var rows = reader.OpenRowGroupReader(group);
        var leaves = reader.Schema.DataFields;
        var raw = new RawColumnData[leaves.Length];
        var columns = new ParquetColumn[leaves.Length];
        foreach (var leaf in Leaves(fields))
        {
            var field = leaves[leaf.FirstLeaf];
            var values = rows.GetMetadata(field)?.MetaData?.NumValues ?? throw new DataException($"the column {field.Path} has no metadata.");
            raw[leaf.FirstLeaf] = ReadRaw(rows, field);
            columns[leaf.FirstLeaf] = ParquetColumn.Create(
                raw[leaf.FirstLeaf], new(checked((int)values), leaf.Present, field.MaxDefinitionLevel > 0, field.MaxRepetitionLevel > 0));
        }

        return new LoadedGroup(rows.RowCount, new(fields, columns), raw);
    });

    private static RawColumnData ReadRaw(ParquetRowGroupReader rows, DataField field) => rows.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();

    private Row Assemble(LoadedGroup group, long index, long number, int groupNumber) => Guard(GroupName(groupNumber), () =>
    {
        var value = group.Assembly.Next();
        if (index == group.RowCount - 1 && !group.Assembly.AtEnd) throw new DataException("a column goes on after the last row.");
        return new Row(value, new(name, number) { Unit = RowUnit.Row });
    });

    /// <summary>
    /// The library reports damage by whatever exception its decoders run into, out of range or out of memory included; to the user all of them mean that
    /// the file is damaged.
    /// </summary>
    private T Guard<T>(string where, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e)
        {
            throw new DataException($"{name}{where}: this is no sound Parquet file ({e.Message}). Fetch or write it again.", e);
        }
    }

    private static string GroupName(int group) => string.Create(CultureInfo.InvariantCulture, $" row group {group}");

    private static IEnumerable<ParquetNode> Leaves(IEnumerable<ParquetNode> fields) =>
        fields.SelectMany(f => f.Kind == ParquetKind.Leaf ? [f] : Leaves(f.Children));

    private sealed record LoadedGroup(long RowCount, ParquetAssembly Assembly, RawColumnData[] Raw) : IDisposable
    {
        public void Dispose()
        {
            foreach (var column in Raw) column?.Dispose();
        }
    }
}
