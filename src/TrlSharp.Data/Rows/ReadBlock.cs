namespace TrlSharp.Rows;

/// <summary>Rows that had to be read to be found.</summary>
internal sealed class ReadBlock(IReadOnlyList<(Row? Row, DataException? Fault)> rows) : RowBlock
{
    public override IEnumerable<(Row? Row, DataException? Fault)> Read() => rows;
}
