namespace TrlSharp.Rows;

/// <summary>Sources one after another.</summary>
internal sealed class ConcatenatedRows(string name, IReadOnlyList<IRowSource> sources) : IRowSource
{
    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null) => sources.SelectMany(source => source.Read(onRefused));
}
