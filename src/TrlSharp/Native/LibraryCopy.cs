namespace TrlSharp.Native;

/// <summary>Puts the bytes of a shared library into a file from which it can be loaded.</summary>
internal static class LibraryCopy
{
    /// <summary>
    /// Writes <paramref name="image"/> as <paramref name="name"/> into the first folder that takes it, unless an identical file is there already.
    /// The file appears under its name complete or not at all, so any number of processes may do this at once; a file of other content
    /// (an interrupted disk, an older version) is replaced.
    /// </summary>
    /// <returns>The path, or null if no folder could be written.</returns>
    public static string? Place(ReadOnlySpan<byte> image, string name, IEnumerable<string> folders, ICollection<string> problems)
    {
        foreach (var folder in folders)
        {
            try
            {
                var path = Path.Combine(folder, name);
                if (!HasContent(path, image)) Write(path, image);
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                problems.Add($"{folder}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary><c>$XDG_CACHE_HOME/trlsharp</c>, else <c>$HOME/.cache/trlsharp</c>; none if neither variable is set.</summary>
    public static IEnumerable<string> CacheFolders()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            yield return Path.Combine(cache, "trlsharp");
        if (Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home && Path.IsPathRooted(home))
            yield return Path.Combine(home, ".cache", "trlsharp");
    }

    private static bool HasContent(string path, ReadOnlySpan<byte> image) =>
        File.Exists(path) && new FileInfo(path).Length == image.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(image);

    private static void Write(string path, ReadOnlySpan<byte> image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(image);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
