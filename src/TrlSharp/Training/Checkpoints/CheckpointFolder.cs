using System.Globalization;

namespace TrlSharp.Training.Checkpoints;

/// <summary>The folders <c>checkpoint-N</c> of a run, N being the updates done.</summary>
internal static class CheckpointFolder
{
    private const string Prefix = "checkpoint-";

    /// <summary>Folders under such names are being written or removed; a run that was killed leaves them behind.</summary>
    public const string UnfinishedPrefix = ".checkpoint-";

    public static string NameOf(int step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}");

    /// <summary>N; null for other names.</summary>
    public static int? StepOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        return name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && NameOf(step) == name ? step : null;
    }

    /// <summary>All of them, good or not, newest first.</summary>
    public static IReadOnlyList<string> All(string output) => !Directory.Exists(output) ? [] :
        [.. Directory.EnumerateDirectories(output).Where(path => StepOf(path) is not null).OrderByDescending(path => StepOf(path))];

    /// <summary>Removes what a killed run left half-written. Only for the one who holds the folder's lock.</summary>
    public static void RemoveUnfinished(string output)
    {
        foreach (var path in Directory.EnumerateDirectories(output, UnfinishedPrefix + "*").ToList()) Directory.Delete(path, recursive: true);
    }
}
