namespace TrlSharp.Rows;

/// <summary>Some rows of a source in their order, found but not read yet: what is left to do can be done in any thread, of any number of blocks at once.</summary>
internal abstract class RowBlock
{
    /// <summary>More are not in one block: enough that handing it over costs nothing, few enough that what waits for its turn is little.</summary>
    public const int MostRows = 32;

    /// <summary>The rows, and in their places the faults of those that cannot be read. Called once.</summary>
    public abstract IEnumerable<(Row? Row, DataException? Fault)> Read();
}
