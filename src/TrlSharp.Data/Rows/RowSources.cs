namespace TrlSharp.Rows;

/// <summary>From what a user types to rows: a file, a pattern, a folder, or <c>-</c> for the standard input.</summary>
public static class RowSources
{
    /// <summary>
    /// Opens a data set. A file is read by its extension (<c>.jsonl</c>, <c>.ndjson</c>, <c>.json</c>, <c>.csv</c>, <c>.tsv</c>, each also as
    /// <c>.gz</c> or <c>.zst</c>; <c>.parquet</c>); a pattern (<c>data/*.jsonl</c>, <c>**</c> for any depth) reads its matches in ordinal order of their paths; a folder reads the files of one split;
    /// <c>-</c> reads JSON Lines from the standard input, packed or not.
    /// </summary>
    /// <param name="location">Path, pattern, <c>-</c>, or the name of a data set in the hub's local cache (<c>owner/name</c>, <c>owner/name@revision</c>).</param>
    /// <param name="split">
    /// Which part (<c>train</c>, <c>validation</c>, <c>test</c> …) when the files name parts. Null, the default: <c>train</c> of a folder, every match of
    /// a pattern. A single file is read whatever its name. A part of the rows stands in brackets, as in the datasets library: <c>train[100:200]</c>,
    /// <c>train[:10%]</c>, <c>train[-50:]</c>.
    /// </param>
    /// <param name="configuration">For folders whose README.md lists several configurations: which one. Default: the one that is the default there.</param>
    /// <param name="meter">Told how many bytes are read; null for nobody.</param>
    /// <exception cref="ConfigException">Nothing is there, or the folder has no such part; the message lists what was found.</exception>
    public static IRowSource Open(string location, string? split = null, string? configuration = null, ReadMeter? meter = null)
    {
        var slice = SplitSlice.Parse(split);
        if (slice.IsWhole) return OpenWhole(location, slice.Name, configuration, meter);
        if (slice.NeedsCount && location == DataFile.StandardInput)
            throw new ConfigException($"split: {split} depends on how many rows there are, which the standard input does not tell before it is read. Give numbers from its beginning, as in train[:1000].");
        return new SlicedRows(OpenWhole(location, slice.Name, configuration, meter), slice, () => Refusals.Interleave(OpenWhole(location, slice.Name, configuration, null)).LongCount());
    }

    private static IRowSource OpenWhole(string location, string? split, string? configuration, ReadMeter? meter)
    {
        if (location == DataFile.StandardInput) return new JsonLinesRows("stdin", location, meter: meter);
        var files = Files(location, split, configuration);
        return files.Count == 1 ? OpenFile(files[0], meter) : new ConcatenatedRows(location, [.. files.Select(f => OpenFile(f, meter))]);
    }

    /// <summary>The files that a location stands for, in the order in which they are read; none for the standard input.</summary>
    /// <param name="location">See <see cref="Open"/>.</param>
    /// <param name="split">See <see cref="Open"/>.</param>
    /// <param name="configuration">See <see cref="Open"/>.</param>
    /// <exception cref="ConfigException">Nothing is there, or the folder has no such part; the message lists what was found.</exception>
    public static IReadOnlyList<string> Files(string location, string? split = null, string? configuration = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        split = SplitSlice.Parse(split).Name;
        if (location == DataFile.StandardInput) return [];
        if (File.Exists(location)) return [location];
        if (Directory.Exists(location)) return DataFolder.Files(location, split ?? DataSplits.Train, configuration);
        return location.AsSpan().IndexOfAny('*', '?') >= 0
            ? DataFolder.Matches(location, split)
            : DataFolder.Files(HubCache.DataSet(location), split ?? DataSplits.Train, configuration);
    }

    /// <summary>Several sources as one, in the given order.</summary>
    public static IRowSource Concatenate(string name, params IReadOnlyList<IRowSource> sources) => new ConcatenatedRows(name, sources);

    /// <summary>Rows that are in memory already.</summary>
    public static IRowSource FromRows(string name, IReadOnlyList<Row> rows) => new RowList(name, rows);

    private static IRowSource OpenFile(string path, ReadMeter? meter) => DataFormats.Of(path) switch
    {
        DataFormat.JsonLines => new JsonLinesRows(path, path, meter: meter),
        DataFormat.Json => new JsonRows(path, path, meter: meter),
        DataFormat.Parquet => new ParquetRows(path, path, meter),
        DataFormat.Csv => new DelimitedRows(path, path, ',', meter: meter),
        DataFormat.Tsv => new DelimitedRows(path, path, '\t', meter: meter),
        _ => throw new ConfigException($"{path}: the extension names no known format. Known: {DataFormats.Listed}."),
    };
}
