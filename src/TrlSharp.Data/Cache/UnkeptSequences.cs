using TrlSharp.Sequences;

namespace TrlSharp.Cache;

/// <summary>
/// Sequences that are needed for one run only: in memory while they are few, else in a file that is gone when the run ends, however it ends.
/// </summary>
public static class UnkeptSequences
{
    /// <summary>About 256 MB of tokens and weights.</summary>
    public const long UsualMostTokens = 1 << 25;

    /// <summary>Reads all sequences. Dispose of the result when it is disposable.</summary>
    /// <param name="sequences">Read once.</param>
    /// <param name="mostTokens">More than these are not held in memory.</param>
    /// <param name="folder">Where the file is. Default: a folder of the user below the system's temporary folder.</param>
    /// <exception cref="DiskException">The file cannot be written.</exception>
    public static IReadOnlyList<TokenSequence> Collect(IEnumerable<TokenSequence> sequences, long mostTokens = UsualMostTokens, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var held = new List<TokenSequence>();
        var tokens = 0L;
        using var source = sequences.GetEnumerator();
        while (source.MoveNext())
        {
            held.Add(source.Current);
            if ((tokens += source.Current.Length) > mostTokens) return Spill(held, source, folder ?? Path.Combine(Path.GetTempPath(), $"trlsharp-{Environment.UserName}"));
        }

        return held;
    }

    private static PreparedData Spill(List<TokenSequence> held, IEnumerator<TokenSequence> rest, string folder)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}{PreparationCache.Extension}");
        try
        {
            Directory.CreateDirectory(folder);
            PreparationCache.RemoveLeftovers(folder);
            using var writer = new PreparedWriter(path);
            foreach (var sequence in held) writer.Append(sequence);
            held.Clear();
            while (rest.MoveNext()) writer.Append(rest.Current);
            writer.Complete("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"{folder}: sequences that do not fit in memory cannot be written there: {e.Message} Make room, or name a folder for prepared data (data_cache).", e);
        }

        return PreparedData.OpenOnce(path);
    }
}
