namespace TrlSharp.Rows;

/// <summary>File formats by extension; compression is a second extension and is recognised by content.</summary>
internal static class DataFormats
{
    private static readonly (string Extension, DataFormat Format)[] Extensions =
    [
        (".jsonl", DataFormat.JsonLines),
        (".ndjson", DataFormat.JsonLines),
        (".json", DataFormat.Json),
        (".parquet", DataFormat.Parquet),
        (".csv", DataFormat.Csv),
        (".tsv", DataFormat.Tsv),
    ];

    /// <summary>The extensions, for messages.</summary>
    public static string Listed => string.Join(", ", Extensions.Select(e => e.Extension)) + " (text formats also with .gz or .zst)";

    /// <summary>The format that the file's name promises; null when it promises none.</summary>
    public static DataFormat? Of(string path)
    {
        var name = Path.GetFileName(path);
        var packed = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);
        if (packed) name = Path.GetFileNameWithoutExtension(name);
        foreach (var (extension, format) in Extensions)
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) && !(packed && format == DataFormat.Parquet)) return format;
        return null;
    }
}
