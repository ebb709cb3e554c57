using System.IO.Enumeration;

namespace TrlSharp.Rows;

/// <summary>Which files of a folder, or of a pattern, make up one split of a data set.</summary>
internal static class DataFolder
{
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.System };

    /// <summary>The files of <paramref name="split"/> below a folder, in ordinal order of their paths: as its README.md says, else by their names.</summary>
    public static IReadOnlyList<string> Files(string folder, string split, string? configuration)
    {
        if (DataSetCard.Patterns(folder, split, configuration) is { } patterns)
            return [.. patterns.SelectMany(p => Listed(folder, p)).Distinct().Order(StringComparer.Ordinal)];
        var files = Directory.EnumerateFiles(folder, "*", Below).Where(f => IsData(Relative(folder, f))).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new ConfigException($"{folder} holds no data files. Known: {DataFormats.Listed}.");
        return OfSplit(folder, folder, files, split);
    }

    /// <summary>The files that a pattern of the README.md names.</summary>
    private static List<string> Listed(string folder, string pattern)
    {
        var files = Directory.EnumerateFiles(folder, "*", Below).Where(f => IsMatch(pattern, Relative(folder, f)) && DataFormats.Of(f) is not null).ToList();
        return files.Count > 0 ? files : throw new ConfigException($"{folder}: README.md lists {pattern}, but no data file matches it. The download may be incomplete.");
    }

    /// <summary>The files that match a pattern with <c>*</c>, <c>?</c> or <c>**</c>, in ordinal order of their paths; all of them when no split is asked for.</summary>
    public static IReadOnlyList<string> Matches(string pattern, string? split)
    {
        var wild = pattern.IndexOfAny(['*', '?']);
        var root = Path.GetDirectoryName(pattern[..wild]) is { Length: > 0 } parent ? parent : Path.IsPathRooted(pattern) ? Path.GetPathRoot(pattern)! : ".";
        if (!Directory.Exists(root)) throw new ConfigException($"{pattern}: the folder {root} does not exist.");
        var expression = Slashed(root == "." && !pattern.StartsWith('.') ? pattern : Path.GetRelativePath(root, pattern));
        var files = Directory.EnumerateFiles(root, "*", Below).Where(f => IsMatch(expression, Relative(root, f))).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new ConfigException($"{pattern} matches no file below {root}.");
        return split is null ? files : OfSplit(pattern, root, files, split);
    }

    /// <summary><c>*</c> and <c>?</c> stay within one folder; <c>**/</c> stands for any number of folders.</summary>
    internal static bool IsMatch(string expression, string path)
    {
        var star = expression.IndexOf("**/", StringComparison.Ordinal);
        if (star < 0)
            return expression.AsSpan().Count('/') == path.AsSpan().Count('/') && expression.Split('/').Zip(path.Split('/')).All(
                part => FileSystemName.MatchesSimpleExpression(part.First, part.Second, ignoreCase: false));
        var (before, after) = (expression[..star], expression[(star + 3)..]);
        var folders = before.AsSpan().Count('/');
        var parts = path.Split('/');
        if (parts.Length <= folders || (folders > 0 && !IsMatch(before.TrimEnd('/'), string.Join('/', parts[..folders])))) return false;
        for (var skip = folders; skip < parts.Length; skip++)
            if (IsMatch(after, string.Join('/', parts[skip..]))) return true;
        return false;
    }

    /// <summary>When no file names a split, all are the training part, as in data-set repositories.</summary>
    private static List<string> OfSplit(string name, string root, List<string> files, string split)
    {
        var wanted = DataSplits.Canonical(split);
        var splits = files.Select(f => DataSplits.Of(Relative(root, f), split)).ToList();
        if (wanted == DataSplits.Train && splits.TrueForAll(s => s is null)) return files;
        var chosen = files.Where((_, i) => splits[i] == wanted).ToList();
        if (chosen.Count > 0) return chosen;
        var found = string.Join(", ", splits.Select(s => s ?? "(none named)").Distinct().Order(StringComparer.Ordinal));
        throw new ConfigException($"{name} has no split \"{split}\"; its {files.Count} files name: {found}. Choose one of these, or give the files themselves.");
    }

    /// <summary>Files of a known format, but not those that describe the data set or belong to a tool's hidden folder.</summary>
    private static bool IsData(string relative)
    {
        if (relative.Split('/').Any(part => part.StartsWith('.'))) return false;
        var name = relative[(relative.LastIndexOf('/') + 1)..];
        return DataFormats.Of(name) is not null && name is not ("dataset_info.json" or "dataset_infos.json" or "dataset_dict.json" or "state.json");
    }

    private static string Relative(string root, string file) => Slashed(Path.GetRelativePath(root, file));

    private static string Slashed(string path) => path.Replace('\\', '/');
}
