using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>What became of every row of one source.</summary>
public sealed class SourceAccount(string name)
{
    private const int MessagesKept = 5;

    private readonly SortedDictionary<RowFormat, long> _formats = [];
    private readonly SortedDictionary<string, Tally> _reasons = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tally> _notes = new(StringComparer.Ordinal);
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

    /// <summary>Their tokens with a weight above 0.</summary>
    public long TrainedTokens { get; internal set; }

    /// <summary>Sequences that the mixture took; fewer than made where a quota, a fraction of an epoch or the stopping rule ended it.</summary>
    public long SequencesTaken { get; internal set; }

    /// <summary>Their tokens.</summary>
    public long TokensTaken { get; internal set; }

    /// <summary>Their Σ weights.</summary>
    public double WeightTaken { get; internal set; }

    /// <summary>Their tokens with a weight above 0.</summary>
    public long TrainedTaken { get; internal set; }

    /// <summary>Rows per format.</summary>
    public IReadOnlyDictionary<RowFormat, long> Formats => _formats;

    /// <summary>Why rows were refused and examples left out.</summary>
    public IReadOnlyDictionary<string, Tally> Reasons => _reasons;

    /// <summary>What was noticed but trained all the same.</summary>
    public IReadOnlyDictionary<string, Tally> Notes => _notes;

    /// <summary>The first few messages of refused rows, in full.</summary>
    public IReadOnlyList<string> Messages => _messages;

    internal void CountFormat(RowFormat format) => _formats[format] = _formats.GetValueOrDefault(format) + 1;

    internal void CountReason(Finding finding, RowOrigin origin) => Count(_reasons, finding, origin);

    internal void CountNote(Finding finding, RowOrigin origin) => Count(_notes, finding, origin);

    internal void Refuse(string reason, string message)
    {
        Refused++;
        _reasons[reason] = _reasons.TryGetValue(reason, out var known) ? known with { Count = known.Count + 1 } : new(1, message);
        if (_messages.Count < MessagesKept) _messages.Add(message);
    }

    /// <summary>Puts back what was kept of an earlier run.</summary>
    internal void Restore(
        IEnumerable<KeyValuePair<RowFormat, long>> formats, IEnumerable<KeyValuePair<string, Tally>> reasons, IEnumerable<KeyValuePair<string, Tally>> notes, IEnumerable<string> messages)
    {
        foreach (var (format, count) in formats) _formats[format] = count;
        foreach (var (name, tally) in reasons) _reasons[name] = tally;
        foreach (var (name, tally) in notes) _notes[name] = tally;
        _messages.AddRange(messages);
    }

    /// <summary>What does not add up.</summary>
    internal IEnumerable<string> Problems()
    {
        var accounted = Refused + Filtered + Duplicates + Contaminated + HeldOut + Dropped + Used;
        if (accounted != Rows) yield return $"{name}: {Rows} rows were read, but {accounted} are accounted for.";
        if (TrainedTokens > Tokens || TrainedTaken > TokensTaken) yield return $"{name}: more tokens are trained than there are.";
        if (SequencesTaken > Sequences || TokensTaken > Tokens) yield return $"{name}: the mixture took more than there was.";
    }

    /// <summary>Only the first of its kind is put into words.</summary>
    private static void Count(SortedDictionary<string, Tally> tallies, Finding finding, RowOrigin origin)
    {
        var name = finding.Fault.Code();
        tallies[name] = tallies.TryGetValue(name, out var known) ? known with { Count = known.Count + 1 } : new(1, $"{origin}: {finding.Text}");
    }
}
