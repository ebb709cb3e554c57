using TrlSharp.Sequences;

namespace TrlSharp.Cache;

/// <summary>
/// A folder of prepared data by key. Several processes may use it at once and may die at any moment: files appear whole or not at all, and leftovers of dead
/// processes are removed by the next one. When it has grown beyond its limit, what was used longest ago goes.
/// </summary>
/// <param name="folder">The folder; made when something is put in.</param>
/// <param name="mostBytes">What it may hold. Default no limit.</param>
/// <param name="clock">Tells when data were used last. Default the system's.</param>
public sealed class PreparationCache(string folder, long mostBytes = long.MaxValue, TimeProvider? clock = null)
{
    /// <summary>What the names of prepared data end in.</summary>
    public const string Extension = ".prepared";

    /// <summary>What was used so lately is never removed: the run that made or found it may not have opened it yet.</summary>
    private static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>The prepared data of a key: from the folder, or made and put there.</summary>
    /// <param name="key">Of <see cref="CacheKey.Finish"/>.</param>
    /// <param name="prepare">Makes the sequences; called only when they are not there.</param>
    /// <param name="notes">What is kept with them; called after the last sequence.</param>
    /// <exception cref="DiskException">The folder cannot be written: a full disk, no rights.</exception>
    /// <exception cref="DataException">What <paramref name="prepare"/> throws.</exception>
    public PreparedData GetOrAdd(string key, Func<IEnumerable<TokenSequence>> prepare, Func<string> notes)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(prepare);
        ArgumentNullException.ThrowIfNull(notes);
        var path = Path.Combine(folder, key + Extension);
        if (Found(path) is { } there) return there;
        try
        {
            Directory.CreateDirectory(folder);
            RemoveLeftovers(folder);
            using var writer = new PreparedWriter(path);
            foreach (var sequence in prepare()) writer.Append(sequence);
            writer.Complete(notes());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"{folder}: prepared data cannot be written there: {e.Message} Make room, choose another folder (data_cache), or prepare without one (data_cache none).", e);
        }

        var data = Found(path) ?? throw new DataException($"{path}: what was just written cannot be read back. The disk or the file system is at fault.");
        Trim(mostBytes, path);
        return data;
    }

    /// <summary>What the folder holds, the latest used first.</summary>
    public IReadOnlyList<CachedFile> Files()
    {
        var files = new List<CachedFile>();
        if (!Directory.Exists(folder)) return files;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + Extension))
        {
            try
            {
                files.Add(new(file.FullName, file.Length, file.LastAccessTimeUtc));
            }
            catch (IOException)
            {
                // Removed by another process at this moment.
            }
        }

        return [.. files.OrderByDescending(f => f.LastUsed).ThenBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>Removes all prepared data but those used within the last hour, and what dead processes left.</summary>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<CachedFile> Clear()
    {
        if (Directory.Exists(folder)) RemoveLeftovers(folder);
        return Trim(0, kept: null);
    }

    /// <summary>Temporary files that nobody holds open are left over from dead processes.</summary>
    internal static void RemoveLeftovers(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + PreparedWriter.TemporaryExtension))
        {
            try
            {
                // Deleted while the lock is held: behind it the file's writer could take it.
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose))
                {
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or removed by another process at this moment, or another user's.
            }
        }
    }

    private PreparedData? Found(string path)
    {
        if (PreparedData.Open(path) is not { } data) return null;
        try
        {
            File.SetLastAccessTimeUtc(path, _clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may only be read: what is in it stays in the order in which it was made.
        }

        return data;
    }

    /// <summary>Removes what was used longest ago until the rest fits. A run that reads a removed file goes on reading it.</summary>
    private List<CachedFile> Trim(long limit, string? kept)
    {
        var removed = new List<CachedFile>();
        var files = Files();
        var total = files.Sum(f => f.Length);
        foreach (var file in files.Reverse())
        {
            if (total <= limit) break;
            if (file.Path == kept || _clock.GetUtcNow().UtcDateTime - file.LastUsed < InUse) continue;
            try
            {
                File.Delete(file.Path);
                removed.Add(file);
                total -= file.Length;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Open in another process, on systems that forbid it then; or another user's.
            }
        }

        return removed;
    }
}
