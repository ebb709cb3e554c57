namespace TrlSharp;

/// <summary>
/// Repositories that other programs have downloaded into the hub's cache folder: <c>HF_HUB_CACHE</c>, or <c>hub</c> below <c>HF_HOME</c>, or below <c>~/.cache/huggingface</c>.
/// Nothing is downloaded here.
/// </summary>
public static class HubCache
{
    private const string DefaultRevision = "main";
    private const string Models = "models--";
    private const string DataSets = "datasets--";

    /// <summary>A model by path or by name.</summary>
    /// <param name="location">A folder or file, which is given back as it is; or <c>owner/name</c>, with <c>@revision</c> perhaps, of a repository in the cache.</param>
    /// <param name="setting">The setting that gave it, for the message; default <c>model_name_or_path</c>.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ConfigException">There is neither.</exception>
    public static string Model(string location, string setting = "model_name_or_path")
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        if (Directory.Exists(location) || File.Exists(location)) return location;
        try
        {
            return Find(location, Models, Root(), "model");
        }
        catch (ConfigException e)
        {
            throw new ConfigException($"{setting}: {e.Message}", e);
        }
    }

    /// <summary>The name of a model whose folder lies in a hub's cache; null for any other folder.</summary>
    public static string? NameOf(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var parts = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)).Split(Path.DirectorySeparatorChar);
        return parts is [.., var repository, "snapshots", _] && repository.StartsWith(Models, StringComparison.Ordinal)
            ? repository[Models.Length..].Replace("--", "/", StringComparison.Ordinal)
            : null;
    }

    /// <summary>The folder of a data set by its name.</summary>
    /// <exception cref="ConfigException">It is not there.</exception>
    internal static string DataSet(string name) => Find(name, DataSets, Root(), "data set");

    /// <summary>The snapshot folder of a repository.</summary>
    internal static string Find(string location, string kind, string root, string called)
    {
        if (!IsName(location)) throw new ConfigException($"{location} does not exist: no such file or folder.");
        var (name, revision) = Parts(location);
        var repository = Path.Combine(root, kind + name.Replace("/", "--", StringComparison.Ordinal));
        var reference = Path.Combine(repository, "refs", revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
        var snapshot = Path.Combine(repository, "snapshots", commit);
        return IsWord(commit) && Directory.Exists(snapshot)
            ? snapshot
            : throw new ConfigException($"{location} is no file or folder, and no {called} of that name is in the hub's cache ({root}). Download it there first, or give a path.");
    }

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("HF_HUB_CACHE") is { Length: > 0 } cache) return cache;
        var home = Environment.GetEnvironmentVariable("HF_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "huggingface");
        return Path.Combine(home, "hub");
    }

    /// <summary>Whether a location can be the name of a repository: <c>name</c> or <c>owner/name</c>, with <c>@revision</c> perhaps.</summary>
    private static bool IsName(string location)
    {
        var (name, revision) = Parts(location);
        return name.Split('/') is { Length: <= 2 } words && Array.TrueForAll(words, IsWord) && IsWord(revision);
    }

    private static bool IsWord(string word) => word.Length > 0 && word[0] != '.' && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static (string Name, string Revision) Parts(string location)
    {
        var at = location.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (location, DefaultRevision) : (location[..at], location[(at + 1)..]);
    }
}
