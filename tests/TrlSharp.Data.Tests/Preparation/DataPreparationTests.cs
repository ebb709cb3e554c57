using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Preparation;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Preparation;

public sealed class DataPreparationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-prepare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_rows_depend_on_data_and_options_and_never_on_threads()
    {
        var sources = new[]
        {
            new SourceOptions { Location = Write("a.jsonl", Enumerable.Range(0, 3000).Select(i => new string('a', 1 + (i * 7919 % 60)))), Weight = 3, Epochs = 1.5 },
            new SourceOptions { Location = Write("b.jsonl", Enumerable.Range(0, 900).Select(i => new string('b', 1 + (i * 104_729 % 90)))), Filters = [new() { Field = "text", LeastLength = 5 }] },
        };
        var runs = new[] { 1, 2, 5 }.Select(threads =>
        {
            var preparation = new DataPreparation(new() { Sources = sources, Order = MixtureOrder.Interleave, ShuffleSeed = 5, ShuffleBuffer = 500, Threads = threads }, Tokens);
            var rows = preparation.Rows(new() { RowLength = 128, Window = 700 }).Select(r => string.Join('|', r.Sequences.Select(s => s.Origin))).ToList();
            return (Rows: rows, preparation.Account);
        }).ToList();
        Assert.Equal(runs[0].Rows, runs[1].Rows);
        Assert.Equal(runs[0].Rows, runs[2].Rows);
        var (a, b) = (runs[0].Account.Sources[0], runs[0].Account.Sources[1]);
        Assert.Equal((6000L, 6000L, 4500L), (a.Rows, a.Used, a.SequencesTaken));
        Assert.Equal((900L, 900L), (b.Rows, b.Used + b.Filtered));
        Assert.Equal(runs[0].Account.Packing!.TokensOut, a.TokensTaken + b.TokensTaken);
    }

    [Fact]
    public void Every_row_is_accounted_for_and_reasons_are_named()
    {
        var lines = new[] { """{"text":"one"}""", "{bad", """{"text":"one"}""", """{"text":"a long one"}""", """{"body":"x"}""", """{"text":"held"}""", """{"text":"seen"}""" };
        var path = Path.Combine(_folder, "mixed.jsonl");
        File.WriteAllLines(path, lines);
        var options = new PreparationOptions
        {
            Sources = [new() { Location = path }],
            KeepGoing = true,
            Deduplicate = true,
            MostDropped = 1,
            Contaminated = new HashSet<ContentHash> { ContentHash.OfPrompt(new TextExample(default) { Text = "Seen " }) },
            Threads = 2,
        };
        var preparation = new DataPreparation(options, e => ((TextExample)e).Text.Length > 5 ? throw new DataException($"{e.Origin}: too long.") : Tokens(e));
        Assert.Equal(["one", "held"], preparation.Sequences().Select(s => new string([.. s.Tokens.Select(t => (char)t)])));
        var account = preparation.Account.Sources[0];
        Assert.Equal((7L, 3L, 1L, 1L, 2L), (account.Rows, account.Refused, account.Duplicates, account.Contaminated, account.Used));
        Assert.Equal(3, account.Messages.Count);
        Assert.Contains("mixed.jsonl:2: Malformed JSON", account.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_unusable_row_stops_the_run_unless_it_keeps_going()
    {
        var path = Path.Combine(_folder, "bad.jsonl");
        File.WriteAllLines(path, Enumerable.Repeat("""{"text":"a"}""", 30).Append("{bad").Concat(Enumerable.Repeat("""{"text":"a"}""", 5)));
        var options = new PreparationOptions { Sources = [new() { Location = path }], Threads = 2 };
        Assert.Contains("bad.jsonl:31", Assert.Throws<DataException>(() => new DataPreparation(options, Tokens).Sequences().Count()).Message, StringComparison.Ordinal);
        Assert.Equal(35, new DataPreparation(options with { KeepGoing = true }, Tokens).Sequences().Count());
    }

    [Fact]
    public void A_run_that_drops_too_much_or_everything_stops_with_the_reasons()
    {
        var path = Path.Combine(_folder, "lost.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? """{"text":"a"}""" : """{"n":1}"""));
        var options = new PreparationOptions { Sources = [new() { Location = path }], KeepGoing = true };
        Assert.Contains("10 of 20 rows (50.0", Assert.Throws<DataException>(() => new DataPreparation(options, Tokens).Sequences().Count()).Message, StringComparison.Ordinal);
        var nothing = options with { Sources = [new() { Location = path, Filters = [new() { Field = "absent" }] }] };
        Assert.Contains("none of 20 rows is left to train", Assert.Throws<DataException>(() => new DataPreparation(nothing, Tokens).Sequences().Count()).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "");
        Assert.Contains("not one row", Assert.Throws<DataException>(() => new DataPreparation(options, Tokens).Sequences().Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_rows_and_the_others_are_all_rows_once()
    {
        var path = Write("split.jsonl", Enumerable.Range(0, 500).Select(i => $"text {i}"));
        var options = new PreparationOptions { Sources = [new() { Location = path }], HoldOut = 0.2, Threads = 2 };
        var train = new DataPreparation(options, Tokens).Sequences().Select(s => s.Origin.Line).ToList();
        var eval = new DataPreparation(options with { HeldOutOnly = true }, Tokens).Sequences().Select(s => s.Origin.Line).ToList();
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), train.Concat(eval).Order());
        Assert.InRange(eval.Count, 60, 140);
    }

    [Fact]
    public void Faulty_options_are_told_all_at_once()
    {
        var e = Assert.Throws<ConfigException>(() => new DataPreparation(new() { Sources = [], HoldOut = 1, MostDropped = 2, Threads = 0 }, Tokens));
        Assert.Equal(4, e.Message.Split(Environment.NewLine).Length);
    }

    private static BuildResult Tokens(Example example)
    {
        var text = ((TextExample)example).Text;
        var sequence = new TokenSequence { Tokens = [.. text.Select(c => (int)c)], Weights = [.. text.Select((_, i) => i == 0 ? 0f : 1f)], Origin = example.Origin };
        return new([sequence], null, []);
    }

    private string Write(string name, IEnumerable<string> texts)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, texts.Select(t => $"{{\"text\":\"{t}\"}}"));
        return path;
    }
}
