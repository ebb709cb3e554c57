using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Templates;

namespace TrlSharp.Inspection;

/// <summary>
/// Totals of a run over rows. They add up: rows in = rows trained + rows dropped + rows refused + rows that could not be read. Not for concurrent use: give each thread its own and
/// <see cref="Add(MaskStatistics)"/> them in order.
/// </summary>
public sealed class MaskStatistics
{
    private const int WorstRows = 3;

    private readonly SortedDictionary<(string Role, string Channel), (long Tokens, long Trained, double Weight)> _channels =
        new(Comparer<(string Role, string Channel)>.Create((a, b) => string.CompareOrdinal(a.Role, b.Role) is not 0 and var order ? order : string.CompareOrdinal(a.Channel, b.Channel)));
    private readonly SortedDictionary<MaskFault, (long Count, string Example)> _findings = [];
    private readonly SortedDictionary<MaskFault, (long Count, string Example)> _dropped = [];
    private readonly SortedDictionary<MaskFault, (long Count, string Example)> _refused = [];
    private readonly SortedDictionary<int, long> _stops = [];
    private readonly List<(double Share, string Row)> _worst = [];

    /// <summary>Rows that were looked at.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows with at least one example.</summary>
    public long RowsTrained { get; private set; }

    /// <summary>Rows that became more than one example.</summary>
    public long RowsSplit { get; private set; }

    /// <summary>Examples.</summary>
    public long Sequences { get; private set; }

    /// <summary>Tokens of all examples.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens with a weight above 0.</summary>
    public long TrainedTokens { get; private set; }

    /// <summary>Σ of weights.</summary>
    public double Weight { get; private set; }

    /// <summary>Rows without an example, by reason.</summary>
    public IReadOnlyList<FaultCount> Dropped => Counts(_dropped);

    /// <summary>Rows that were refused and gone round (<c>--keep-going</c>), by fault.</summary>
    public IReadOnlyList<FaultCount> Refused => Counts(_refused);

    /// <summary>Rows that could not be read at all.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The first of them, or empty.</summary>
    public string FirstUnreadable { get; private set; } = "";

    /// <summary>Warnings and notes, by kind.</summary>
    public IReadOnlyList<FaultCount> Findings => Counts(_findings);

    /// <summary>Trained stop tokens by id.</summary>
    public IReadOnlyDictionary<int, long> Stops => _stops;

    /// <summary>Per role and channel.</summary>
    public IReadOnlyList<ChannelCount> Channels => [.. _channels.Select(c => new ChannelCount(c.Key.Role, c.Key.Channel, c.Value.Tokens, c.Value.Trained, c.Value.Weight))];

    /// <summary>The rows with the smallest trained share, as <c>row: share</c>.</summary>
    public IReadOnlyList<string> Worst => [.. _worst.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Row}: {w.Share:P1} trained"))];

    /// <summary>Counts a row's result.</summary>
    public void Add(RowOrigin origin, BuildResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Rows++;
        foreach (var finding in result.Findings) Count(_findings, finding.Fault, $"{origin}: {finding.Text}");
        if (result.Dropped is { } dropped) Count(_dropped, dropped.Fault, $"{origin}: {dropped.Text}");
        else foreach (var left in result.LeftOut) Count(_findings, left.Fault, $"{origin}: {left.Text}");
        if (result.Sequences.Count == 0) return;
        RowsTrained++;
        if (result.Sequences.Count > 1) RowsSplit++;
        long tokens = 0, trained = 0;
        for (var i = 0; i < result.Sequences.Count; i++)
        {
            var sequence = result.Sequences[i];
            tokens += sequence.Length;
            trained += sequence.Weights.LongCount(w => w > 0);
            Weight += sequence.TargetWeight;
            CountChannels(result.Explanations[i]);
        }

        Sequences += result.Sequences.Count;
        Tokens += tokens;
        TrainedTokens += trained;
        KeepWorst((double)trained / tokens, origin.ToString());
    }

    /// <summary>Counts a row that was refused.</summary>
    public void Add(MaskException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        Rows++;
        Count(_refused, refusal.Fault, refusal.Message);
    }

    /// <summary>Counts a row that could not be read.</summary>
    public void AddUnreadable(string message)
    {
        Rows++;
        if (Unreadable++ == 0) FirstUnreadable = message;
    }

    /// <summary>Counts whatever became of a row; a row of several examples counts once, by the first of them that is trained.</summary>
    public void Add(SurveyedRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Fault is MaskException refusal) Add(refusal);
        else if (row.Fault is { } fault) AddUnreadable(fault.Message);
        else Add(row.Row!.Origin, Merged(row.Results));
    }

    /// <summary>Adds what another thread counted; call in the order of the rows to keep first examples the same for any thread count.</summary>
    public void Add(MaskStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Rows, RowsTrained, RowsSplit, Sequences) = (Rows + other.Rows, RowsTrained + other.RowsTrained, RowsSplit + other.RowsSplit, Sequences + other.Sequences);
        if (Unreadable == 0) FirstUnreadable = other.FirstUnreadable;
        Unreadable += other.Unreadable;
        (Tokens, TrainedTokens, Weight) = (Tokens + other.Tokens, TrainedTokens + other.TrainedTokens, Weight + other.Weight);
        foreach (var (key, c) in other._channels) AddChannel(key, c.Tokens, c.Trained, c.Weight);
        foreach (var (key, c) in other._findings) Count(_findings, key, c.Example, c.Count);
        foreach (var (key, c) in other._dropped) Count(_dropped, key, c.Example, c.Count);
        foreach (var (key, c) in other._refused) Count(_refused, key, c.Example, c.Count);
        foreach (var (id, count) in other._stops) _stops[id] = _stops.GetValueOrDefault(id) + count;
        foreach (var (share, row) in other._worst) KeepWorst(share, row);
    }

    private static BuildResult Merged(IReadOnlyList<BuildResult> results) => results.Count == 1 ? results[0] : new BuildResult(
        [.. results.SelectMany(r => r.Sequences)], results.All(r => r.Sequences.Count == 0) ? results[0].Dropped : null, [.. results.SelectMany(r => r.Findings)])
    {
        LeftOut = [.. results.SelectMany(r => r.LeftOut)],
        Explanations = [.. results.SelectMany(r => r.Explanations)],
    };

    private void CountChannels(TokenExplanation e)
    {
        var span = 0;
        for (var t = 0; t < e.Tokens.Count; t++)
        {
            while (span < e.Example.Spans.Count && e.Example.Spans[span].End <= e.Tokens[t].Start) span++;
            var reason = e.Reasons[t];
            var channel = reason >= 0 ? MaskSourceText.Channel(e.Example.Weights[reason].Channel) : e.Example.Everything ? "text" : "context";
            AddChannel((Role(e.Example, span), channel), 1, e.Weights[t] > 0 ? 1 : 0, e.Weights[t]);
            if (reason >= 0 && e.Example.Weights[reason].Channel == Channel.Stop && e.Weights[t] > 0) _stops[e.Tokens[t].Id] = _stops.GetValueOrDefault(e.Tokens[t].Id) + 1;
        }
    }

    private static string Role(ProvedExample example, int span)
    {
        if (span >= example.Spans.Count) return example.Spans.Count == 0 ? "row" : "template";
        var s = example.Spans[span];
        var message = s.Owner >= 0 ? s.Owner : s.Origin.Kind == OriginKind.Data ? s.Origin.Message : -1;
        return message >= 0 && message < example.MessageRoles.Count ? example.MessageRoles[message] : "template";
    }

    private void AddChannel((string Role, string Channel) key, long tokens, long trained, double weight)
    {
        var old = _channels.GetValueOrDefault(key);
        _channels[key] = (old.Tokens + tokens, old.Trained + trained, old.Weight + weight);
    }

    private void KeepWorst(double share, string row)
    {
        var at = _worst.FindIndex(w => share < w.Share);
        if (at < 0) at = _worst.Count;
        if (at >= WorstRows) return;
        _worst.Insert(at, (share, row));
        if (_worst.Count > WorstRows) _worst.RemoveAt(WorstRows);
    }

    private static void Count(SortedDictionary<MaskFault, (long Count, string Example)> counts, MaskFault fault, string example, long count = 1) =>
        counts[fault] = counts.TryGetValue(fault, out var old) ? (old.Count + count, old.Example) : (count, example);

    private static FaultCount[] Counts(SortedDictionary<MaskFault, (long Count, string Example)> counts) =>
        [.. counts.Select(c => new FaultCount(c.Key, c.Value.Count, c.Value.Example))];
}
