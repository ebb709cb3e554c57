using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>The values of one page after another, nulls left out.</summary>
internal abstract class ParquetValues
{
    /// <summary>Encodings that are read; dictionaries apart, which are the column's affair.</summary>
    public abstract bool Reads(Encoding encoding);

    /// <summary>Goes to the values of a page.</summary>
    /// <param name="page">What holds them.</param>
    /// <param name="at">Where they begin.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="encoding">One of those that are read.</param>
    /// <param name="most">There are not more of them.</param>
    public abstract void Begin(byte[] page, int at, int end, Encoding encoding, int most);

    /// <summary>The next value.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public abstract RowValue Next();

    private protected static DataException Short() => new("a page ends before its values do.");
}
