namespace TrlSharp.Rows;

/// <summary>How a file's bytes hold rows.</summary>
internal enum DataFormat
{
    /// <summary>One JSON object per line.</summary>
    JsonLines,

    /// <summary>A JSON array of objects, or objects one after another.</summary>
    Json,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Comma-separated, RFC 4180.</summary>
    Csv,

    /// <summary>Tab-separated, with the quoting of CSV.</summary>
    Tsv,
}
