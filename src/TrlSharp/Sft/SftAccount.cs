using TrlSharp.Conversations;

namespace TrlSharp.Sft;

/// <summary>Where every row and token of the data went, between the file and the first step.</summary>
public sealed class SftAccount
{
    private readonly SortedDictionary<string, (long Count, string Example)> _dropped = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (long Count, string Example)> _notes = new(StringComparer.Ordinal);

    /// <summary>Rows read from the data set.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that gave more than one example, because their template shows history differently from how it was sampled.</summary>
    public long SplitRows { get; private set; }

    /// <summary>Examples that are trained on.</summary>
    public long Examples { get; private set; }

    /// <summary>Tokens of these examples.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens with a weight above 0.</summary>
    public long TrainedTokens { get; private set; }

    /// <summary>Σ weights.</summary>
    public double TargetWeight { get; private set; }

    /// <summary>Rows of tokens that batches are made of: packed, or one example each.</summary>
    public long PackedRows { get; internal set; }

    /// <summary>Examples that were left out: reason → how many, and the first of them.</summary>
    public IReadOnlyDictionary<string, (long Count, string Example)> Dropped => _dropped;

    /// <summary>What was noticed but trained all the same: kind → how often, and the first case.</summary>
    public IReadOnlyDictionary<string, (long Count, string Example)> Notes => _notes;

    internal void Add(string origin, Sequences.BuildResult result)
    {
        Rows++;
        if (result.Sequences.Count > 1) SplitRows++;
        foreach (var sequence in result.Sequences)
        {
            Examples++;
            Tokens += sequence.Length;
            TrainedTokens += sequence.Weights.Count(w => w > 0);
            TargetWeight += sequence.TargetWeight;
        }

        var leftOut = result.LeftOut.Count > 0 || result.Dropped is null ? result.LeftOut : [result.Dropped];
        foreach (var finding in leftOut) Count(_dropped, finding, origin);
        foreach (var finding in result.Findings) Count(_notes, finding, origin);
    }

    private static void Count(SortedDictionary<string, (long Count, string Example)> counts, Finding finding, string origin)
    {
        var code = finding.Fault.Code();
        counts[code] = counts.TryGetValue(code, out var known) ? (known.Count + 1, known.Example) : (1, $"{origin}: {finding.Text}");
    }
}
