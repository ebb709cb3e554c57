using TrlSharp.Examples;

namespace TrlSharp.Preparation;

/// <summary>What became of every row of one source.</summary>
public sealed class SourceAccount(string name)
{
    private const int MessagesKept = 5;

    private readonly SortedDictionary<RowFormat, long> _formats = [];
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<string> _messages = [];

    /// <summary>The location, as the user gave it.</summary>
    public string Name => name;

    /// <summary>Rows read, over all passes.</summary>
    public long Rows { get; internal set; }

    /// <summary>Rows that could not be read or trained.</summary>
    public long Refused { get; internal set; }

    /// <summary>Rows that a filter left out.</summary>
    public long Filtered { get; internal set; }

    /// <summary>Rows whose every example says the same as an earlier one.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Rows whose prompt is in an evaluation set.</summary>
    public long Contaminated { get; internal set; }

    /// <summary>Rows on the other side of the split.</summary>
    public long HeldOut { get; internal set; }

    /// <summary>Rows that gave no sequence: too long, or nothing to train. See <see cref="Reasons"/>.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Rows that gave at least one sequence.</summary>
    public long Used { get; internal set; }

    /// <summary>Used rows that gave more than one sequence.</summary>
    public long Split { get; internal set; }

    /// <summary>Examples of used rows that were left out, with others of the row kept.</summary>
    public long ExamplesLeftOut { get; internal set; }

    /// <summary>Sequences of which tokens were cut off.</summary>
    public long Truncated { get; internal set; }

    /// <summary>Sequences made.</summary>
    public long Sequences { get; internal set; }

    /// <summary>Their tokens.</summary>
    public long Tokens { get; internal set; }

    /// <summary>Their Σ weights.</summary>
    public double Weight { get; internal set; }

    /// <summary>Sequences that the mixture took; fewer than made where a quota, a fraction of an epoch or the stopping rule ended it.</summary>
    public long SequencesTaken { get; internal set; }

    /// <summary>Their tokens.</summary>
    public long TokensTaken { get; internal set; }

    /// <summary>Their Σ weights.</summary>
    public double WeightTaken { get; internal set; }

    /// <summary>Rows per format.</summary>
    public IReadOnlyDictionary<RowFormat, long> Formats => _formats;

    /// <summary>Reasons of refused and dropped rows, with their numbers.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>The first few messages of refused rows, in full.</summary>
    public IReadOnlyList<string> Messages => _messages;

    internal void CountFormat(RowFormat format) => _formats[format] = _formats.GetValueOrDefault(format) + 1;

    internal void CountReason(string reason) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;

    internal void Refuse(string reason, string message)
    {
        Refused++;
        CountReason(reason);
        if (_messages.Count < MessagesKept) _messages.Add(message);
    }

    /// <summary>What does not add up.</summary>
    internal IEnumerable<string> Problems()
    {
        var accounted = Refused + Filtered + Duplicates + Contaminated + HeldOut + Dropped + Used;
        if (accounted != Rows) yield return $"{name}: {Rows} rows were read, but {accounted} are accounted for.";
        if (SequencesTaken > Sequences || TokensTaken > Tokens) yield return $"{name}: the mixture took more than there was.";
    }
}
