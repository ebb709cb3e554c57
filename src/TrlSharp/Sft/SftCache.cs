using System.Globalization;
using TrlSharp.Cache;
using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Sft;

/// <summary>Where prepared data are kept between runs, and under which address: the bytes of the data, and everything that decides what becomes of them.</summary>
internal sealed class SftCache
{
    /// <summary>Smaller files are prepared in about a second; keeping the result would only fill the disk.</summary>
    private const long SmallestWorthKeeping = 16 << 20;

    private readonly string _folder;
    private readonly long _mostBytes;
    private readonly bool _optional;
    private readonly List<string> _notices;

    private SftCache(string folder, long mostBytes, bool optional, List<string> notices) => (_folder, _mostBytes, _optional, _notices) = (folder, mostBytes, optional, notices);

    /// <summary>The cache that <c>data_cache</c> names; null for none.</summary>
    /// <param name="setting"><c>auto</c>, <c>none</c>, or a folder.</param>
    /// <param name="mostBytes">What the folder may hold.</param>
    /// <param name="notices">Receives what should be said, such as a folder that cannot be written.</param>
    public static SftCache? Open(string setting, long mostBytes, List<string> notices) => setting switch
    {
        "none" => null,
        "auto" => DefaultFolder() is { } folder ? new(folder, mostBytes, optional: true, notices) : null,
        _ => new(setting, mostBytes, optional: false, notices),
    };

    /// <summary>The prepared data: found, or made and kept; null when they are not to be kept.</summary>
    /// <exception cref="DiskException">A folder that the user named cannot be written.</exception>
    /// <exception cref="DataException">A data file changed while it was read, or what <paramref name="prepare"/> throws.</exception>
    public PreparedData? GetOrAdd(PreparationOptions options, SftEncoder encoder, Func<IEnumerable<TokenSequence>> prepare, Func<string> notes)
    {
        var files = options.Sources.Select(s => RowSources.Files(s.Location, s.Split, s.Configuration)).ToList();
        if (files.Exists(f => f.Count == 0)) return null;
        var states = files.SelectMany(f => f).Distinct().ToDictionary(f => f, State, StringComparer.Ordinal);
        if (_optional && states.Values.Sum(s => s.Length) < SmallestWorthKeeping) return null;
        var started = false;
        try
        {
            return new PreparationCache(_folder, _mostBytes).GetOrAdd(Key(options, files, encoder), Started, Notes);
        }
        catch (DiskException e) when (_optional)
        {
            if (started) throw;
            _notices.Add($"prepared data are not kept: {e.Message}");
            return null;
        }

        IEnumerable<TokenSequence> Started()
        {
            started = true;
            return prepare();
        }

        string Notes()
        {
            // What was hashed must be what was read.
            foreach (var (file, state) in states)
                if (State(file) != state) throw new DataException($"{file} was changed while it was read. Run again when nothing writes to it.");
            return notes();
        }
    }

    private static (long Length, DateTime Written) State(string file)
    {
        var info = new FileInfo(file);
        return (info.Length, info.LastWriteTimeUtc);
    }

    private static string Key(PreparationOptions options, List<IReadOnlyList<string>> files, SftEncoder encoder)
    {
        // A program that was built from other code is another program.
        using var key = new CacheKey($"{typeof(DataPreparation).Module.ModuleVersionId} {typeof(SftCache).Module.ModuleVersionId}");
        encoder.AddTo(key);
        key.Add("preparation", Text(
            $"{options.Order}|{options.Stop}|{options.HoldOut:R}|{options.HoldOutSalt}|{options.HeldOutOnly}|{options.Deduplicate}|{options.KeepGoing}|{options.MostDropped:R}"));
        foreach (var hash in options.Contaminated.Select(h => h.Value).Order()) key.Add("contaminated", Text($"{hash:x}"));
        for (var i = 0; i < files.Count; i++)
        {
            var source = options.Sources[i];
            key.Add("source", Text($"{source.Location}|{source.Split}|{source.Configuration}|{source.Weight:R}|{source.Epochs:R}|{source.TokenQuota}"));
            key.Add("reader", Text(source.Reader));
            foreach (var filter in source.Filters) key.Add("filter", Text(filter));
            foreach (var file in files[i])
            {
                key.Add("name", file);
                key.AddFile(file);
            }
        }

        return key.Finish();
    }

    private static string Text(ExampleReaderOptions reader) => Text(
        $"{reader.Purpose}|{reader.Format}|{reader.Ambiguity}|{reader.RankedPairs}|{reader.ToolArguments}|{reader.TrainOnChosen}|{reader.Mapping.RoleKey}|{reader.Mapping.ContentKey}|")
        + RowValue.List(
            Names(reader.Mapping.Columns), Names(reader.Mapping.Roles),
            RowValue.List([.. reader.Mapping.Ignored.Order(StringComparer.Ordinal).Select(RowValue.Of)]),
            reader.Mapping.Kept is { } kept ? RowValue.List([.. kept.Order(StringComparer.Ordinal).Select(RowValue.Of)]) : RowValue.Null);

    private static string Text(RowFilter filter) => RowValue.List(
        RowValue.Of(filter.Field), filter.AnyOf is { } any ? RowValue.List(any) : RowValue.Null,
        RowValue.Of(Text($"{filter.Least:R}|{filter.Most:R}|{filter.LeastLength}|{filter.MostLength}"))).ToString();

    private static RowValue Names(IReadOnlyDictionary<string, string> names) =>
        RowValue.Map([.. names.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => KeyValuePair.Create(n.Key, RowValue.Of(n.Value)))]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>$TRLSHARP_CACHE</c>, else <c>trlsharp/prepared</c> below <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c> (on Windows the local application data); null where there is none.</summary>
    internal static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("TRLSHARP_CACHE") is { Length: > 0 } set) return set;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)) return Path.Combine(cache, "trlsharp", "prepared");
        var home = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } user ? Path.Combine(user, ".cache") : "";
        return home.Length > 0 ? Path.Combine(home, "trlsharp", "prepared") : null;
    }
}
