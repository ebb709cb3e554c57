namespace TrlSharp.Rows;

/// <summary>One leaf column of a row group with a reading position: the value, and where in the nesting it stands.</summary>
internal abstract class ParquetColumn : IDisposable
{
    /// <summary>Whether all entries have been read.</summary>
    public abstract bool AtEnd { get; }

    /// <summary>Definition level of the entry at the position; without levels every value is there.</summary>
    public abstract int Definition { get; }

    /// <summary>Repetition level of the entry at the position; 0, a new row, at the end.</summary>
    public abstract int Repetition { get; }

    /// <summary>Steps over an entry without a value.</summary>
    public abstract void Skip();

    /// <summary>The value at the position, or null, and one step on.</summary>
    public abstract RowValue Next();

    public abstract void Dispose();

    private protected static DataException Short() => new("a column ends before its rows do.");
}
