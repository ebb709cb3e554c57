using CsCheck;
using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Mixtures;

public sealed class MixtureTests
{
    [Fact]
    public void Interleaving_keeps_the_ratio_of_sizes_at_every_moment_until_an_input_ends() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 20].Array[20, 60], Gen.Int[1, 20].Array[20, 60]).Sample((a, b, x, y) =>
        {
            var taken = new double[2];
            foreach (var (input, item) in Mixture.Of([Input("x", x, a), Input("y", y, b)], MixtureOrder.Interleave, MixtureStop.FirstEnds, i => i))
            {
                taken[input] += item;
                // The one that is behind is served next, so neither runs ahead by more than one item per unit of weight.
                Assert.True(Math.Abs((taken[0] / a) - (taken[1] / b)) <= 20, $"{taken[0]}:{taken[1]} for {a}:{b}");
            }
        });

    [Theory]
    [InlineData(MixtureStop.AllRead, "a1 b1 a2 b2 a3 a4")]
    [InlineData(MixtureStop.FirstEnds, "a1 b1 a2 b2 a3")]
    [InlineData(MixtureStop.LastEnds, "a1 b1 a2 b2 a3 b1 a4 b2")]
    public void Interleaving_ends_as_asked(MixtureStop stop, string expected)
    {
        var inputs = new[] { new MixtureInput<string>("a", () => ["a1", "a2", "a3", "a4"]), new MixtureInput<string>("b", () => ["b1", "b2"]) };
        Assert.Equal(expected, string.Join(' ', Mixture.Of(inputs, MixtureOrder.Interleave, stop, _ => 1).Select(i => i.Item)));
    }

    [Fact]
    public void An_empty_input_never_keeps_the_others_waiting()
    {
        var inputs = new[] { new MixtureInput<int>("a", () => [1, 2]), new MixtureInput<int>("empty", () => []) };
        Assert.Equal([1, 2], Mixture.Of(inputs, MixtureOrder.Interleave, MixtureStop.LastEnds, _ => 1).Select(i => i.Item));
    }

    [Theory]
    [InlineData(1, null, "0 1 2 3 4")]
    [InlineData(2, null, "0 1 2 3 4 0 1 2 3 4")]
    [InlineData(0.4, null, "2 4")]
    [InlineData(1.2, null, "0 1 2 3 4 4")]
    [InlineData(1, 3L, "0 1 2")]
    [InlineData(3, 7L, "0 1 2 3 4 0 1")]
    public void Epochs_and_quotas_take_what_they_say(double epochs, long? quota, string expected)
    {
        var input = new MixtureInput<int>("a", () => Enumerable.Range(0, 5)) { Epochs = epochs, Quota = quota };
        Assert.Equal(expected, string.Join(' ', Mixture.Of([input], MixtureOrder.Concatenate, MixtureStop.AllRead, _ => 1).Select(i => i.Item)));
    }

    [Fact]
    public void All_faults_of_a_mixture_are_told_at_once()
    {
        var e = Assert.Throws<ConfigException>(() => Mixture.Of([new MixtureInput<int>("a", () => []) { Weight = 0, Epochs = -1, Quota = 0 }], default, default, _ => 1));
        Assert.Equal(3, e.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void Shuffles_depend_on_the_seed_alone_and_lose_nothing() => Gen.Select(Gen.Int[0, 200], Gen.Int[1, 50], Gen.ULong).Sample((count, buffer, seed) =>
    {
        var once = Shuffling.Buffered(Enumerable.Range(0, count), buffer, seed).ToList();
        Assert.Equal(once, Shuffling.Buffered(Enumerable.Range(0, count), buffer, seed));
        Assert.Equal(Enumerable.Range(0, count), once.Order());
        Assert.Equal(Enumerable.Range(0, count), Shuffling.Permutation(count, seed).Order());
    });

    [Fact]
    public void Splits_by_hash_stay_when_rows_are_added_and_have_the_share_asked_for()
    {
        var hashes = Enumerable.Range(0, 20_000).Select(i => ContentHash.OfPrompt(Chat($"question {i}", "answer"))).ToList();
        var held = hashes.Count(h => h.IsIn(0.1, salt: 0));
        // Binomial: 2000 with a standard deviation of 42.
        Assert.InRange(held, 2000 - 210, 2000 + 210);
        Assert.NotEqual(hashes.Select(h => h.IsIn(0.1, 0)), hashes.Select(h => h.IsIn(0.1, 1)));
        Assert.Equal(ContentHash.OfPrompt(Chat("Q  a", "x")), ContentHash.OfPrompt(Chat("q a ", "y")));
        Assert.NotEqual(ContentHash.Of(Chat("q", "x")), ContentHash.Of(Chat("q", "y")));
    }

    [Fact]
    public void The_content_hash_looks_at_what_is_said_and_not_at_flags_or_boundaries()
    {
        var plain = Chat("q", "a");
        var flagged = plain with { Messages = [plain.Messages[0], plain.Messages[1].With("weight", RowValue.Of(0.5))], Metadata = RowValue.MapOf(("id", RowValue.Of("7"))) };
        Assert.Equal(ContentHash.Of(plain), ContentHash.Of(flagged));
        Assert.NotEqual(
            ContentHash.Of(new PromptCompletionExample(default) { Prompt = "ab", Completion = "c" }),
            ContentHash.Of(new PromptCompletionExample(default) { Prompt = "a", Completion = "bc" }));
    }

    [Theory]
    [InlineData("score", 4.0, null, null, true)]
    [InlineData("score", 4.5, null, null, false)]
    [InlineData("score", null, 3.0, null, false)]
    [InlineData("meta.lang", null, null, "en", true)]
    [InlineData("meta.lang", null, null, "de", false)]
    [InlineData("meta.none", null, null, null, false)]
    public void Filters_look_at_numbers_and_values_of_fields(string field, double? least, double? most, string? value, bool kept)
    {
        var row = new Row(RowValue.Parse("""{"score":4,"meta":{"lang":"en"},"messages":[1,2,3]}"""), new("a.jsonl", 1));
        Assert.Equal(kept, new RowFilter { Field = field, Least = least, Most = most, AnyOf = value is null ? null : [RowValue.Of(value)] }.Keeps(row));
        Assert.True(new RowFilter { Field = "messages", LeastLength = 3, MostLength = 3 }.Keeps(row));
        Assert.False(new RowFilter { Field = "messages", MostLength = 2 }.Keeps(row));
    }

    private static MixtureInput<int> Input(string name, int[] items, double weight) => new(name, () => items) { Weight = weight };

    private static ConversationExample Chat(string question, string answer) => new(new RowOrigin("a.jsonl", 1))
    {
        Messages = [ChatMessage.User(question), ChatMessage.Assistant(answer)],
    };
}
