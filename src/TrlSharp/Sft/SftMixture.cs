using TrlSharp.Examples;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Sft.Options;

namespace TrlSharp.Sft;

/// <summary>
/// The list under <c>datasets</c>. TRL's keys: path, name, data_dir, data_files, split, columns, fraction. Ours beside them: weight, epochs, max_tokens,
/// roles, ignored_columns, row_format, train_on_chosen, row_filters.
/// </summary>
internal static class SftMixture
{
    private static readonly string[] Keys =
    [
        "path", "name", "data_dir", "data_files", "split", "columns", "fraction", "weight", "epochs", "max_tokens", "roles", "ignored_columns", "row_format", "train_on_chosen", "row_filters",
    ];

    /// <summary>Builders of the Python library that stand for "the files under data_files".</summary>
    private static readonly string[] FileBuilders = ["json", "csv", "parquet", "text"];

    /// <summary>The sources, in order.</summary>
    /// <param name="list">Under <c>datasets</c>.</param>
    /// <param name="common">What all sources share.</param>
    /// <exception cref="ConfigException">Every faulty entry, one line each.</exception>
    public static IReadOnlyList<SourceOptions> Read(RowValue list, SourceOptions common)
    {
        if (list.Kind != RowValueKind.List || list.Items.Count == 0) throw new ConfigException("datasets is not a list with at least one source; each has a path.");
        var sources = new List<SourceOptions>();
        var problems = new List<string>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            try
            {
                sources.Add(Source(list.Items[i], common));
            }
            catch (ConfigException e)
            {
                problems.Add($"datasets[{i}]: {e.Message}");
            }
        }

        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        return WithFractions(list.Items, sources);
    }

    private static SourceOptions Source(RowValue item, SourceOptions common)
    {
        if (item.Kind != RowValueKind.Map) throw new ConfigException($"{item} is not a map with a path.");
        foreach (var (key, _) in item.Fields)
            if (!Keys.Contains(key)) throw new ConfigException($"{key} is unknown{(NearestName.Find(key, Keys) is { } near ? $"; did you mean {near}?" : $"; known: {string.Join(", ", Keys)}.")}");
        var split = Text(item, "split");
        return common with
        {
            Location = Location(item, split),
            Split = split,
            Configuration = Text(item, "name"),
            Reader = Reader(item, common.Reader),
            Filters = [.. common.Filters, .. DataOptionValue.Filters("row_filters", item.Find("row_filters") ?? RowValue.Null)],
            Weight = DataOptionValue.Number("weight", item, "weight") ?? 1,
            Epochs = DataOptionValue.Number("epochs", item, "epochs") ?? 1,
            TokenQuota = (long?)DataOptionValue.Number("max_tokens", item, "max_tokens"),
        };
    }

    /// <summary><c>path</c>, narrowed by <c>data_dir</c> and <c>data_files</c>.</summary>
    private static string Location(RowValue item, string? split)
    {
        var path = Text(item, "path") ?? throw new ConfigException("path is missing: a file, a pattern, a folder or a name in the hub's cache.");
        var folder = FileBuilders.Contains(path) && !Path.Exists(path) ? "" : path;
        if (Text(item, "data_dir") is { } below) folder = Path.Combine(folder, below);
        var files = item.Find("data_files");
        // data_files are named by split alone, whatever part of it is wanted.
        if (split is not null) split = split.Split('[')[0] is { Length: > 0 } name ? name : null;
        if (files is { Kind: RowValueKind.Map }) files = files.Find(split ?? "train") ?? throw new ConfigException($"data_files has no entry for the split \"{split ?? "train"}\".");
        if (files is { Kind: RowValueKind.List, Items: [var only] }) files = only;
        return files switch
        {
            null or { IsNull: true } when folder.Length > 0 => folder,
            null or { IsNull: true } => throw new ConfigException($"path {path} names a kind of file; data_files says which."),
            { Kind: RowValueKind.String } => Path.Combine(folder, files.Text),
            _ => throw new ConfigException($"data_files is {files}; wanted: a file or a pattern (list several files as several sources)."),
        };
    }

    /// <summary><c>columns</c> as a list keeps these columns, as TRL does; as a map it names them.</summary>
    private static ExampleReaderOptions Reader(RowValue item, ExampleReaderOptions common)
    {
        var mapping = common.Mapping;
        if (item.Find("columns") is { Kind: RowValueKind.List } kept) mapping = mapping with { Kept = kept.Items.Select(c => c.Text).ToHashSet(StringComparer.Ordinal) };
        else if (item.Find("columns") is { IsNull: false } names) mapping = mapping with { Columns = DataOptionValue.Names("columns", names) };
        if (item.Find("roles") is { IsNull: false } roles) mapping = mapping with { Roles = DataOptionValue.Names("roles", roles) };
        if (item.Find("ignored_columns") is { Kind: RowValueKind.List } ignored) mapping = mapping with { Ignored = ignored.Items.Select(c => c.Text).ToHashSet(StringComparer.Ordinal) };
        return common with
        {
            Mapping = mapping,
            Format = Text(item, "row_format") is { } format ? DataOptionValue.Format(format) : common.Format,
            TrainOnChosen = item.Find("train_on_chosen") is { Kind: RowValueKind.Boolean } chosen ? chosen.Boolean : common.TrainOnChosen,
        };
    }

    /// <summary>
    /// <c>fraction</c>: shares of the rows of the result, as large as they can be without reading any source twice. Spread evenly over each source, where TRL
    /// takes the first rows.
    /// </summary>
    private static IReadOnlyList<SourceOptions> WithFractions(IReadOnlyList<RowValue> items, List<SourceOptions> sources)
    {
        var fractions = items.Select(i => DataOptionValue.Number("fraction", i, "fraction")).ToArray();
        if (Array.TrueForAll(fractions, f => f is null)) return sources;
        if (Array.Exists(fractions, f => f is null)) throw new ConfigException("datasets: some sources have a fraction and others do not; give it to all or to none.");
        if (Array.Exists(fractions, f => !(f > 0))) throw new ConfigException("datasets: a fraction must be above 0; leave the source out instead.");
        var sum = fractions.Sum()!.Value;
        var counts = sources.Select(s => RowSources.Open(s.Location, s.Split, s.Configuration).Read(_ => { }).LongCount()).ToArray();
        var total = Enumerable.Range(0, sources.Count).Min(i => counts[i] / (fractions[i]!.Value / sum));
        for (var i = 0; i < sources.Count; i++)
        {
            var rows = (long)Math.Round(fractions[i]!.Value / sum * total);
            if (rows == 0) throw new ConfigException($"datasets[{i}]: {sources[i].Location} would give no row: {counts[i]} rows, fraction {fractions[i]}. Give it a larger fraction, or leave it out.");
            // Half a row more, so that rounding never costs the last one.
            sources[i] = sources[i] with { Epochs = rows == counts[i] ? 1 : (rows + 0.5) / counts[i] };
        }

        return sources;
    }

    private static string? Text(RowValue item, string key) => item.Find(key) switch
    {
        null or { IsNull: true } => null,
        { Kind: RowValueKind.String } text => text.Text,
        { } other => throw new ConfigException($"{key} is {other}; wanted: a text."),
    };
}
