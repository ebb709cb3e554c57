using System.Numerics;
using TrlSharp.Examples;
using TrlSharp.Packing;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>An account as JSON and back, to the last bit: it is kept with prepared data and tells a later run what the first one saw.</summary>
public static class AccountJson
{
    private static readonly (string Name, Func<SourceAccount, long> Get, Action<SourceAccount, long> Set)[] Counts =
    [
        ("rows", a => a.Rows, (a, n) => a.Rows = n),
        ("refused", a => a.Refused, (a, n) => a.Refused = n),
        ("filtered", a => a.Filtered, (a, n) => a.Filtered = n),
        ("duplicates", a => a.Duplicates, (a, n) => a.Duplicates = n),
        ("contaminated", a => a.Contaminated, (a, n) => a.Contaminated = n),
        ("held_out", a => a.HeldOut, (a, n) => a.HeldOut = n),
        ("dropped", a => a.Dropped, (a, n) => a.Dropped = n),
        ("used", a => a.Used, (a, n) => a.Used = n),
        ("split", a => a.Split, (a, n) => a.Split = n),
        ("examples_left_out", a => a.ExamplesLeftOut, (a, n) => a.ExamplesLeftOut = n),
        ("truncated", a => a.Truncated, (a, n) => a.Truncated = n),
        ("sequences", a => a.Sequences, (a, n) => a.Sequences = n),
        ("tokens", a => a.Tokens, (a, n) => a.Tokens = n),
        ("trained_tokens", a => a.TrainedTokens, (a, n) => a.TrainedTokens = n),
        ("sequences_taken", a => a.SequencesTaken, (a, n) => a.SequencesTaken = n),
        ("tokens_taken", a => a.TokensTaken, (a, n) => a.TokensTaken = n),
        ("trained_taken", a => a.TrainedTaken, (a, n) => a.TrainedTaken = n),
    ];

    private static readonly (string Name, Func<PackingTotals, long> Get, Action<PackingTotals, long> Set)[] PackingCounts =
    [
        ("sequences", t => t.Sequences, (t, n) => t.Sequences = n),
        ("empty", t => t.Empty, (t, n) => t.Empty = n),
        ("truncated", t => t.Truncated, (t, n) => t.Truncated = n),
        ("split", t => t.Split, (t, n) => t.Split = n),
        ("joined", t => t.Joined, (t, n) => t.Joined = n),
        ("sharing", t => t.Sharing, (t, n) => t.Sharing = n),
        ("apart", t => t.Apart, (t, n) => t.Apart = n),
        ("rows", t => t.Rows, (t, n) => t.Rows = n),
        ("tokens_in", t => t.TokensIn, (t, n) => t.TokensIn = n),
        ("tokens_out", t => t.TokensOut, (t, n) => t.TokensOut = n),
        ("tokens_shared", t => t.TokensShared, (t, n) => t.TokensShared = n),
    ];

    /// <summary>The account as a map.</summary>
    public static RowValue Write(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return RowValue.MapOf(("sources", RowValue.List([.. account.Sources.Select(Write)])), ("packing", account.Packing is { } packing ? Write(packing) : RowValue.Null));
    }

    /// <summary>The account that <see cref="Write(Account)"/> wrote.</summary>
    /// <exception cref="DataException">It is none.</exception>
    public static Account Read(RowValue map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new([.. Need(map, "sources").Items.Select(ReadSource)]) { Packing = Need(map, "packing") is { IsNull: false } packing ? ReadPacking(packing) : null };
    }

    private static RowValue Write(SourceAccount source) => RowValue.MapOf(
    [
        ("name", RowValue.Of(source.Name)),
        .. Counts.Select(c => (c.Name, RowValue.Of((BigInteger)c.Get(source)))),
        ("weight", RowValue.Of(source.Weight)),
        ("weight_taken", RowValue.Of(source.WeightTaken)),
        ("formats", RowValue.MapOf([.. source.Formats.Select(f => (f.Key.ToString(), RowValue.Of((BigInteger)f.Value)))])),
        ("reasons", Write(source.Reasons)),
        ("notes", Write(source.Notes)),
        ("messages", RowValue.List([.. source.Messages.Select(RowValue.Of)])),
    ]);

    private static RowValue Write(IReadOnlyDictionary<string, Tally> tallies) =>
        RowValue.MapOf([.. tallies.Select(t => (t.Key, RowValue.List(RowValue.Of((BigInteger)t.Value.Count), RowValue.Of(t.Value.First))))]);

    private static RowValue Write(PackingTotals totals) => RowValue.MapOf(
    [
        .. PackingCounts.Select(c => (c.Name, RowValue.Of((BigInteger)c.Get(totals)))),
        ("weight_in", RowValue.Of(totals.WeightIn)),
        ("weight_out", RowValue.Of(totals.WeightOut)),
    ]);

    private static SourceAccount ReadSource(RowValue map)
    {
        var source = new SourceAccount(Need(map, "name").Text) { Weight = Need(map, "weight").Real, WeightTaken = Need(map, "weight_taken").Real };
        foreach (var (name, _, set) in Counts) set(source, (long)Need(map, name).Integer);
        source.Restore(
            Need(map, "formats").Fields.Select(f => KeyValuePair.Create(Enum.Parse<RowFormat>(f.Key), (long)f.Value.Integer)),
            Tallies(Need(map, "reasons")), Tallies(Need(map, "notes")), Need(map, "messages").Items.Select(m => m.Text));
        return source;
    }

    private static PackingTotals ReadPacking(RowValue map)
    {
        var totals = new PackingTotals { WeightIn = Need(map, "weight_in").Real, WeightOut = Need(map, "weight_out").Real };
        foreach (var (name, _, set) in PackingCounts) set(totals, (long)Need(map, name).Integer);
        return totals;
    }

    private static IEnumerable<KeyValuePair<string, Tally>> Tallies(RowValue map) =>
        map.Fields.Select(f => KeyValuePair.Create(f.Key, new Tally((long)f.Value.Items[0].Integer, f.Value.Items[1].Text)));

    private static RowValue Need(RowValue map, string key) => map.Find(key) ?? throw new DataException($"An account without \"{key}\" is none.");
}
