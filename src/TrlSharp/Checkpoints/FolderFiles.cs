namespace TrlSharp.Checkpoints;

/// <summary>Keeps file names that a model folder mentions inside that folder: folders are downloaded, so their names are not trusted.</summary>
internal static class FolderFiles
{
    /// <summary>Refuses names with a path, and links that lead out of the folder (except into the blobs of the Hugging Face cache that the folder is part of).</summary>
    /// <exception cref="ModelFolderException">The name is refused.</exception>
    public static void Check(string folder, string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0 || name.Contains(':', StringComparison.Ordinal))
            throw new ModelFolderException($"{folder} refers to the file \"{Printable(name)}\". Only plain names of files in the same folder are allowed.");
        var path = Path.Combine(folder, name);
        FileSystemInfo? target;
        try
        {
            target = File.ResolveLinkTarget(path, returnFinalTarget: true);
        }
        catch (IOException e)
        {
            throw new ModelFolderException($"{path} cannot be read: {e.Message}", e);
        }

        if (target is null) return;
        var allowed = new List<string> { Path.GetFullPath(folder) };
        // hub/models--ORG--NAME/snapshots/REVISION/file → hub/models--ORG--NAME/blobs/HASH
        if (Directory.GetParent(Path.GetFullPath(folder)) is { Name: "snapshots", Parent: { } repository }) allowed.Add(Path.Combine(repository.FullName, "blobs"));
        var resolved = Path.GetFullPath(target.FullName);
        if (!allowed.Any(root => resolved.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            throw new ModelFolderException($"{path} is a link to {resolved}, outside of the folder. Copy the file into the folder.");
    }

    private static string Printable(string name) => string.Concat(name.Take(200).Select(c => char.IsControl(c) ? '?' : c));
}
