namespace TrlSharp.Rows;

/// <summary>Data-set repositories that other programs have downloaded into the hub's cache folder. Nothing is downloaded here.</summary>
internal static class HubCache
{
    private const string DefaultRevision = "main";

    /// <summary>The cache folder: <c>HF_HUB_CACHE</c>, or <c>hub</c> below <c>HF_HOME</c>, or below <c>~/.cache/huggingface</c>.</summary>
    public static string DefaultRoot()
    {
        if (Environment.GetEnvironmentVariable("HF_HUB_CACHE") is { Length: > 0 } cache) return cache;
        var home = Environment.GetEnvironmentVariable("HF_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "huggingface");
        return Path.Combine(home, "hub");
    }

    /// <summary>Whether a location can be the name of a repository: <c>name</c> or <c>owner/name</c>, with <c>@revision</c> perhaps.</summary>
    public static bool IsName(string location)
    {
        var (name, _) = Parts(location);
        var words = name.Split('/');
        return words.Length <= 2 && Array.TrueForAll(words, w => w.Length > 0 && w[0] != '.' && w.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
    }

    /// <summary>The snapshot folder of a data set, or null when the cache does not have it.</summary>
    public static string? Find(string location, string root)
    {
        var (name, revision) = Parts(location);
        var repository = Path.Combine(root, "datasets--" + name.Replace("/", "--", StringComparison.Ordinal));
        var reference = Path.Combine(repository, "refs", revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
        var snapshot = Path.Combine(repository, "snapshots", commit);
        return commit.Length > 0 && Directory.Exists(snapshot) ? snapshot : null;
    }

    private static (string Name, string Revision) Parts(string location)
    {
        var at = location.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (location, DefaultRevision) : (location[..at], location[(at + 1)..]);
    }
}
