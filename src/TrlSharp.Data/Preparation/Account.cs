using System.Globalization;
using TrlSharp.Packing;

namespace TrlSharp.Preparation;

/// <summary>Every row, token and weight from the files to the packed rows. <see cref="Check"/> stops a run in which they do not add up.</summary>
public sealed class Account(IReadOnlyList<SourceAccount> sources)
{
    /// <summary>Weights are sums of floats in another order on either side of an arrow.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>One per source, in order.</summary>
    public IReadOnlyList<SourceAccount> Sources => sources;

    /// <summary>The last arrow; null as long as nothing is packed.</summary>
    public PackingTotals? Packing { get; internal set; }

    /// <summary>Rows of all sources.</summary>
    public long Rows => sources.Sum(s => s.Rows);

    /// <summary>Examples that are trained on.</summary>
    public long Sequences => sources.Sum(s => s.SequencesTaken);

    /// <summary>Their tokens.</summary>
    public long Tokens => sources.Sum(s => s.TokensTaken);

    /// <summary>Their tokens with a weight above 0.</summary>
    public long TrainedTokens => sources.Sum(s => s.TrainedTaken);

    /// <summary>Their Σ weights.</summary>
    public double Weight => sources.Sum(s => s.WeightTaken);

    /// <summary>Why rows were refused and examples left out, over all sources.</summary>
    public IReadOnlyDictionary<string, Tally> Reasons => Merge(s => s.Reasons);

    /// <summary>What was noticed but trained all the same, over all sources.</summary>
    public IReadOnlyDictionary<string, Tally> Notes => Merge(s => s.Notes);

    /// <summary>Adds the last arrow and checks all of them.</summary>
    /// <inheritdoc cref="Check"/>
    public void Close(PackingTotals packing, double mostDropped = 1)
    {
        Packing = packing;
        Check(mostDropped);
    }

    /// <summary>Holds the sums of every arrow against those of the one before.</summary>
    /// <param name="mostDropped">The share of rows that may be refused or dropped.</param>
    /// <exception cref="DataException">They differ, nothing is left to train, or too much was dropped; the message says where.</exception>
    public void Check(double mostDropped = 1)
    {
        var problems = sources.SelectMany(s => s.Problems()).Concat(PackingProblems()).ToList();
        if (problems.Count > 0) throw new DataException("The account does not add up, which is a fault of this program: " + string.Join(" ", problems));
        if (Rows == 0) throw new DataException($"{Names()}: there is not one row.");
        if (Sequences == 0) throw new DataException($"{Names()}: none of {Rows} rows is left to train. {Why()}");
        var lost = sources.Sum(s => s.Refused + s.Dropped);
        if (lost > mostDropped * Rows)
            throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"{Names()}: {lost} of {Rows} rows ({(double)lost / Rows:P1}) were refused or dropped; at most {mostDropped:P1} may be. {Why()} Mend the data, choose what becomes of long examples (max_length, overflow), or allow a larger share (max_dropped)."));
    }

    private IEnumerable<string> PackingProblems()
    {
        if (Packing is not { } packed) yield break;
        if (packed.Sequences != Sequences) yield return $"{Sequences} sequences went to the packer, {packed.Sequences} arrived.";
        if (packed.TokensIn != Tokens) yield return $"{Tokens} tokens went to the packer, {packed.TokensIn} arrived.";
        if (!Near(packed.WeightIn, Weight)) yield return string.Create(CultureInfo.InvariantCulture, $"Σ weights {Weight} went to the packer, {packed.WeightIn} arrived.");
        if (packed.Truncated == 0 && packed.TokensOut + packed.TokensShared != packed.TokensIn)
            yield return $"{packed.TokensIn} tokens were packed, {packed.TokensOut} are in the rows and {packed.TokensShared} are shared.";
        if (packed.Truncated + packed.Split + packed.Joined == 0 && !Near(packed.WeightOut, packed.WeightIn))
            yield return string.Create(CultureInfo.InvariantCulture, $"Σ weights {packed.WeightIn} were packed, {packed.WeightOut} are in the rows.");
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));

    private string Names() => string.Join(", ", sources.Select(s => s.Name));

    private SortedDictionary<string, Tally> Merge(Func<SourceAccount, IReadOnlyDictionary<string, Tally>> tallies)
    {
        var all = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        foreach (var (name, tally) in sources.SelectMany(tallies))
            all[name] = all.TryGetValue(name, out var known) ? known with { Count = known.Count + tally.Count } : tally;
        return all;
    }

    private string Why()
    {
        var reasons = Reasons.OrderByDescending(r => r.Value.Count).Select(r => $"{r.Value.Count} × {r.Key} (the first: {r.Value.First})").ToList();
        return reasons.Count == 0 ? "No row was refused; filters, splits or quotas left nothing." : $"Reasons: {string.Join("; ", reasons)}.";
    }
}
