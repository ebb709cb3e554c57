namespace TrlSharp.Rows;

/// <summary>Rows in memory.</summary>
internal sealed class RowList(string name, IReadOnlyList<Row> rows) : IRowSource
{
    public string Name => name;

    public IEnumerable<Row> Read(Action<DataException>? onRefused = null) => rows;
}
