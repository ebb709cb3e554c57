namespace TrlSharp.Rows;

/// <summary>What a field of a Parquet schema holds.</summary>
internal enum ParquetKind
{
    /// <summary>A column of values.</summary>
    Leaf,

    /// <summary>Named fields.</summary>
    Struct,

    /// <summary>Any number of one element.</summary>
    List,

    /// <summary>Pairs of key and value.</summary>
    Map,
}
