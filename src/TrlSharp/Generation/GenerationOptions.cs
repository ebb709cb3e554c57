using TrlSharp.Models.Attention;

namespace TrlSharp.Generation;

/// <summary>How generation runs, without influence on what is written.</summary>
public sealed record GenerationOptions
{
    /// <summary>Sequences that are written side by side; the next prompt starts when one ends. Default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// Number of the first prompt: part of a large file gives what the whole file gives when it starts at its own place, because sequence i draws from the
    /// random numbers of i. Default 0.
    /// </summary>
    public long FirstSequence { get; init; }

    /// <summary>Called for every token, in the order in which they are chosen; null for nobody.</summary>
    public Action<GeneratedToken>? OnToken { get; init; }

    /// <summary>From tokens to text; needed for stop strings only.</summary>
    public Func<IReadOnlyList<int>, string>? Decode { get; init; }

    /// <summary>For a single prompt: what was read of its beginning, kept when the completion has ended. Null for none.</summary>
    internal KeyValueCache? Cache { get; init; }
}
