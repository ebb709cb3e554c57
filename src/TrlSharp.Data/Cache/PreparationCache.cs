using TrlSharp.Sequences;

namespace TrlSharp.Cache;

/// <summary>
/// A folder of prepared data by key. Several processes may use it at once and may die at any moment: files appear whole or not at all, and leftovers of dead
/// processes are removed by the next one.
/// </summary>
public sealed class PreparationCache(string folder)
{
    /// <summary>What the names of prepared data end in.</summary>
    public const string Extension = ".prepared";

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
        if (PreparedData.Open(path) is { } there) return there;
        try
        {
            Directory.CreateDirectory(folder);
            RemoveLeftovers();
            using var writer = new PreparedWriter(path);
            foreach (var sequence in prepare()) writer.Append(sequence);
            writer.Complete(notes());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"{folder}: prepared data cannot be written there: {e.Message} Make room, choose another folder (data_cache), or prepare without one (data_cache none).", e);
        }

        return PreparedData.Open(path) ?? throw new DataException($"{path}: what was just written cannot be read back. The disk or the file system is at fault.");
    }

    /// <summary>Temporary files that nobody holds open are left over from dead processes.</summary>
    private void RemoveLeftovers()
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
            catch (IOException)
            {
                // In use, or removed by another process at this moment.
            }
        }
    }
}
