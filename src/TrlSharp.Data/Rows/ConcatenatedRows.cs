namespace TrlSharp.Rows;

/// <summary>Sources one after another.</summary>
internal sealed class ConcatenatedRows(string name, IReadOnlyList<IRowSource> sources) : IRowSource
{
    public string Name => name;

    /// <summary>The sources.</summary>
    public IReadOnlyList<IRowSource> Sources => sources;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null) => sources.SelectMany(source => source.Read(onRefused));
}
