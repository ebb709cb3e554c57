using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>Which rows are trained on and which are evaluated on, as the settings say.</summary>
internal static class SftSources
{
    private const double UsualMostDropped = 0.05;

    /// <summary>The training rows.</summary>
    /// <exception cref="ConfigException">Sources or splits are wrong.</exception>
    public static PreparationOptions Training(SftSettings settings)
    {
        var data = settings.Data;
        var options = Common(data) with { Deduplicate = data.Deduplicate };
        return data.TestSplitSize is { } size ? options with { HoldOut = Share(size, options) } : options;
    }

    /// <summary>The evaluation rows; null when nothing is to be evaluated.</summary>
    /// <param name="settings">Of the run.</param>
    /// <param name="training">The training rows, from which a share may be held out.</param>
    /// <exception cref="ConfigException">There are none.</exception>
    public static PreparationOptions? Evaluation(SftSettings settings, PreparationOptions training)
    {
        var (data, run) = (settings.Data, settings.Training.Training);
        if (run.EvaluationStrategy == IntervalStrategy.No && !run.EvaluateOnStart) return null;
        if (data.EvaluationPath is { } path) return Common(data) with { Sources = [Source(data) with { Location = path, Split = Directory.Exists(path) || IsSlice(data.TestSplit) ? data.TestSplit : null, Configuration = null }] };
        if (training.HoldOut > 0) return training with { HeldOutOnly = true, Deduplicate = false };
        if (data.Mixture is not null || data.Path == "-" || (File.Exists(data.Path) && !IsSlice(data.TestSplit)))
            throw new ConfigException($"eval_strategy needs rows to evaluate on, and {(data.Mixture is null ? data.Path : "a mixture")} has no split of its own. Give eval_dataset_name FILE, or hold some out: test_split_size 0.05.");
        return Common(data) with { Sources = [Source(data) with { Split = data.TestSplit }] };
    }

    /// <summary>Whether a split names a part of its rows, which a file without splits has, too.</summary>
    private static bool IsSlice(string split) => split.Contains('[', StringComparison.Ordinal);

    /// <summary>The data sets.</summary>
    /// <exception cref="ConfigException">The mixture is faulty.</exception>
    public static IReadOnlyList<SourceOptions> Of(SftDataSettings data) => data.Mixture is { } list ? SftMixture.Read(list, Source(data)) : [Source(data)];

    private static PreparationOptions Common(SftDataSettings data) => new()
    {
        Sources = Of(data),
        Order = data.MixtureOrder,
        Stop = data.MixtureStop,
        KeepGoing = data.KeepGoing,
        MostDropped = data.MostDropped ?? (data.KeepGoing ? 1 : UsualMostDropped),
    };

    private static SourceOptions Source(SftDataSettings data) => new()
    {
        Location = data.Path ?? "",
        // Of a folder, null is train; of a pattern, everything that the user's pattern matches.
        Split = data.TrainSplit == "train" ? null : data.TrainSplit,
        Configuration = data.Configuration,
        Reader = Reader(data),
        Filters = data.Filters,
    };

    private static ExampleReaderOptions Reader(SftDataSettings data)
    {
        var mapping = data.Reader.Mapping;
        if (data.TextColumn == "text" || mapping.Columns.ContainsKey("text")) return data.Reader;
        return data.Reader with { Mapping = mapping with { Columns = new Dictionary<string, string>(mapping.Columns, StringComparer.Ordinal) { ["text"] = data.TextColumn } } };
    }

    /// <summary>
    /// The share of prompts to hold out. A number of rows becomes the share that holds as many, or a few more where rows share a prompt: it takes the places of
    /// all prompts first.
    /// </summary>
    private static double Share(double size, PreparationOptions options)
    {
        if (!(size > 0)) throw new ConfigException($"test_split_size is {size}; it must be above 0: a number of rows, or below 1 a share of them.");
        if (size < 1) return size;
        if (options.Sources.Any(s => s.Location == "-")) throw new ConfigException("test_split_size as a number of rows reads the data twice, which the standard input does not allow; give a share below 1.");
        var places = options.Sources.SelectMany(PromptHashes).Select(h => h.Place(options.HoldOutSalt)).Order().ToList();
        if (size >= places.Count) throw new ConfigException($"test_split_size is {size}, but there are {places.Count} rows that can be read; some must be left to train on.");
        return Math.BitIncrement(places[(int)size - 1]);
    }

    /// <summary>The prompts of all rows of a source that can be read.</summary>
    public static IEnumerable<ContentHash> PromptHashes(SourceOptions source)
    {
        var reader = new ExampleReader(source.Reader);
        foreach (var row in RowSources.Open(source.Location, source.Split, source.Configuration).Read(_ => { }))
        {
            if (!source.Filters.All(f => f.Keeps(row))) continue;
            ContentHash hash;
            try
            {
                hash = ContentHash.OfPrompt(reader.Read(row).Examples[0]);
            }
            catch (DataException)
            {
                // The preparation itself tells about it.
                continue;
            }

            yield return hash;
        }
    }
}
