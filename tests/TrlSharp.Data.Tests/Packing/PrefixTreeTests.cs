using CsCheck;
using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Packing;

public sealed class PrefixTreeTests
{
    private static readonly int Samples = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 200_000 : 1_000;

    /// <summary>Conversations of up to 8 examples over two ids, so that beginnings of all lengths are common, whole examples and repeated ones too.</summary>
    private static readonly Gen<List<TokenSequence>> Conversations = Gen.Int[0, 1].Array[1, 12].Array[1, 8].Array[0, 12].Select(chats =>
        chats.SelectMany((chat, line) => chat.Select((tokens, part) => Sequence(line + 1, part, tokens))).ToList());

    [Fact]
    public void Examples_that_part_have_their_beginning_once()
    {
        // 1 2 3 ┬ 4 5 ┬ 6
        //       │     └ 7 8
        //       └ 9
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2, 3, 4, 5, 6), Sequence(1, 1, 1, 2, 3, 9), Sequence(1, 2, 1, 2, 3, 4, 5, 7, 8), Sequence(2, 0, 1, 2)];
        var tree = PrefixTree.Of(sequences, [3, 1]);
        Assert.Equal([new(0, 0, 3, -1), new(0, 3, 2, 0), new(0, 5, 1, 1), new(2, 5, 2, 1), new(1, 3, 1, 0), new(3, 0, 2, -1)], tree.Segments);
        Assert.Equal([2, 4, 3, 5], tree.Ends);
        Assert.Equal([0, 1, 2, 3, 4, 5], tree.PlacesOf(0));
        Assert.Equal([0, 1, 2, 8], tree.PlacesOf(1));
        Assert.Equal([0, 1, 2, 3, 4, 6, 7], tree.PlacesOf(2));
        Assert.Equal([9, 10], tree.PlacesOf(3));
        Assert.Equal(11, tree.Length);
    }

    [Fact]
    public void An_example_that_goes_on_where_another_ends_needs_no_border()
    {
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2), Sequence(1, 1, 1, 2, 3), Sequence(1, 2, 1, 2, 3), Sequence(1, 3, 1)];
        var tree = PrefixTree.Of(sequences, [4]);
        Assert.Equal(new RowSegment(1, 0, 3, -1), Assert.Single(tree.Segments));
        Assert.Equal([0], tree.PlacesOf(3));
    }

    [Fact]
    public void Whatever_the_examples_each_is_found_whole_and_no_two_places_say_the_same() =>
        Conversations.Where(all => all.Count > 0).Sample(
            sequences =>
            {
                var groups = sequences.GroupBy(s => s.Origin.Line).Select(g => g.Count()).ToList();
                var tree = PrefixTree.Of(sequences, groups);
                Assert.True(tree.Restores(sequences));
                var row = tree.Segments.SelectMany(s => sequences[s.Sequence].Tokens[s.Start..(s.Start + s.Length)]).ToArray();
                Assert.Equal(tree.Length, row.Length);
                for (var s = 0; s < sequences.Count; s++) Assert.Equal(sequences[s].Tokens, tree.PlacesOf(s).Select(place => row[place]));
                Assert.All(tree.Segments.Index(), s => Assert.True(s.Item.Parent < s.Index && s.Item.Length > 0 && s.Item.Start == (s.Item.Parent < 0 ? 0 : Depth(tree, s.Item.Parent))));

                // As many tokens as there are different beginnings within each conversation: none is lost, and none stands twice.
                var beginnings = sequences.SelectMany(s => Enumerable.Range(1, s.Length).Select(n => (s.Origin.Line, string.Join(' ', s.Tokens.Take(n))))).Distinct().Count();
                Assert.Equal(beginnings, tree.Length);
            },
            iter: Samples);

    [Fact]
    public void Whatever_the_rows_every_example_leaves_once_with_its_tokens_and_weights() =>
        Gen.Select(Conversations, Gen.Int[12, 60], Gen.Int[1, 30], Gen.Bool).Sample(
            (sequences, rowLength, window, shuffled) =>
            {
                var options = new PackingOptions { RowLength = rowLength, Window = window, SharePrefixes = true };
                var packer = new SequencePacker(options);
                var streamed = packer.Pack(sequences).ToList();
                var indexed = new PackedRows(sequences, [.. sequences.Select(s => s.Length)], options, shuffled ? 7UL : null);
                foreach (var rows in new IReadOnlyList<PackedRow>[] { streamed, indexed })
                {
                    Assert.Equal(sequences.OrderBy(Key), rows.SelectMany(r => r.Sequences).OrderBy(Key));
                    Assert.All(rows, row => Assert.InRange(row.Length, 1, rowLength));
                    Assert.All(rows, row => Assert.True(row.Tree?.Restores(row.Sequences) != false));
                }

                Assert.Equal(indexed.Lengths, indexed.Select(r => r.Length));
                Assert.Equal(indexed.HasTrees, indexed.Any(r => r.Tree is not null));
                var (walked, planned) = (indexed.Measure(), indexed.MeasurePlan(sequences.Sum(s => s.TargetWeight))!);
                foreach (var totals in new[] { packer.Totals, walked, planned })
                {
                    Assert.Equal(totals.TokensIn, totals.TokensOut + totals.TokensShared);
                    Assert.Equal(totals.WeightIn, totals.WeightOut);
                }

                Assert.Equal(walked, planned);
                if (window >= sequences.Count) Assert.Equal((walked.Sharing, walked.Apart, walked.TokensShared), (packer.Totals.Sharing, packer.Totals.Apart, packer.Totals.TokensShared));
            },
            iter: Samples);

    [Fact]
    public void A_tree_that_is_longer_than_a_row_begins_anew()
    {
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2, 3, 4), Sequence(1, 1, 1, 2, 3, 5, 6), Sequence(1, 2, 1, 2, 3, 5, 7)];
        var rows = new PackedRows(sequences, [4, 5, 5], new() { RowLength = 6, SharePrefixes = true });
        Assert.Equal([5, 6], rows.Select(r => r.Length).Order());
        var totals = rows.Measure();
        Assert.Equal((2L, 1L, 3L, 11L), (totals.Sharing, totals.Apart, totals.TokensShared, totals.TokensOut));
    }

    [Fact]
    public void A_mixture_may_bring_others_between_two_examples_of_a_conversation()
    {
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2, 3), Sequence(2, 0, 5, 6), Sequence(1, 1, 1, 2, 4), Sequence(3, 0, 7), Sequence(2, 1, 5, 8), Sequence(1, 0, 1, 2, 3)];
        var rows = new PackedRows(sequences, [3, 2, 3, 1, 2, 3], new() { RowLength = 4, SharePrefixes = true });
        Assert.Equal(["1.0 1.1", "2.0 2.1 3.0", "1.0"], rows.Select(r => string.Join(' ', r.Sequences.Select(s => $"{s.Origin.Line}.{s.Part}"))));
        Assert.Equal([4, 4, 3], rows.Select(r => r.Length));
    }

    [Fact]
    public void Only_examples_of_one_conversation_share_and_only_where_asked()
    {
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2, 3), Sequence(2, 0, 1, 2, 3), Sequence(3, 0, 1, 2, 3), Sequence(3, 0, 1, 2, 3)];
        Assert.All(new PackedRows(sequences, [3, 3, 3, 3], new() { RowLength = 12, SharePrefixes = true }), row => Assert.Null(row.Tree));
        TokenSequence[] parts = [Sequence(1, 0, 1, 2, 3), Sequence(1, 1, 1, 2, 4)];
        Assert.Null(Assert.Single(new PackedRows(parts, [3, 3], new() { RowLength = 12 })).Tree);
        Assert.Equal(4, Assert.Single(new PackedRows(parts, [3, 3], new() { RowLength = 12, SharePrefixes = true })).Length);
    }

    [Fact]
    public void A_row_takes_no_tree_of_other_sequences()
    {
        TokenSequence[] sequences = [Sequence(1, 0, 1, 2, 3), Sequence(1, 1, 1, 2, 4)];
        var tree = PrefixTree.Of(sequences, [2]);
        Assert.Equal(4, new PackedRow(sequences) { Tree = tree }.Length);
        Assert.Throws<ArgumentException>(() => new PackedRow([sequences[0]]) { Tree = tree });
        Assert.Throws<ArgumentException>(() => new PackedRow([sequences[0], Sequence(1, 1, 1, 5, 4)]) { Tree = tree });
        Assert.Throws<ArgumentException>(() => PrefixTree.Of(sequences, [1]));
    }

    [Fact]
    public void Strategies_that_cut_are_refused()
    {
        var e = Assert.Throws<ConfigException>(() => new SequencePacker(new() { RowLength = 8, Strategy = PackingStrategy.BfdSplit, SharePrefixes = true }));
        Assert.Contains("BfdSplit cuts them", e.Message, StringComparison.Ordinal);
    }

    private static (long, int) Key(TokenSequence s) => (s.Origin.Line, s.Part);

    private static int Depth(PrefixTree tree, int segment) => tree.Segments[segment].Start + tree.Segments[segment].Length;

    private static TokenSequence Sequence(int line, int part, params int[] tokens) => new()
    {
        Tokens = tokens,
        Weights = [.. tokens.Select((token, i) => i == 0 ? 0f : 0.5f + token)],
        Origin = new("s.jsonl", line),
        Part = part,
    };
}
