namespace TrlSharp.Rows;

/// <summary>Rows of a data set in a fixed order: the same rows in the same order at every reading, whatever the buffer sizes.</summary>
public interface IRowSource
{
    /// <summary>The path, pattern or name as the user gave it.</summary>
    string Name { get; }

    /// <summary>Reads from the first row, streaming: memory is bounded by the largest row (Parquet: row group), not by the data set.</summary>
    /// <param name="onRefused">
    /// Receives each row that cannot be read, and reading goes on with the next where the format allows it (a bad line of JSONL or CSV; a torn
    /// archive ends the file). Null: the first such row is thrown.
    /// </param>
    /// <exception cref="DataException">A row cannot be read; the message names it.</exception>
    IEnumerable<Row> Read(Action<DataException>? onRefused = null);
}
