using TrlSharp.Examples;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Preparation;

public sealed class AccountTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-account-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Notes_of_prepared_data_read_back_the_same()
    {
        var path = Path.Combine(_folder, "a.jsonl");
        File.WriteAllLines(path, ["""{"text":"abc"}""", """{"messages":[{"role":"user","content":"ü"},{"role":"assistant","content":"b"}]}""", "{bad", """{"n":1}"""]);
        var refused = new List<RefusedRow>();
        var preparation = new DataPreparation(new() { Sources = [new() { Location = path }], KeepGoing = true, MostDropped = 1, OnRefused = refused.Add, Threads = 2 }, Tokens);
        var rows = preparation.Rows(new() { RowLength = 8 }).ToList();
        Assert.Single(rows);
        var notes = new PreparationNotes(preparation.Account, preparation.FirstChat, refused);
        var again = PreparationNotes.Parse(notes.ToString());
        Assert.Equal(notes.ToString(), again.ToString());
        Assert.Equal((4L, 2L, 2L), (again.Account.Rows, again.Account.Sources[0].Refused, again.Account.Sequences));
        Assert.Equal($"{path}:2", again.FirstChat!.Value.Row.Origin.ToString());
        Assert.Equal([null, $"{path}:4"], again.Refused.Select(r => r.Row?.Origin.ToString()));
        again.Account.Check();
    }

    [Fact]
    public void An_arrow_that_loses_something_stops_the_run()
    {
        var path = Path.Combine(_folder, "a.jsonl");
        File.WriteAllLines(path, ["""{"text":"abc"}"""]);
        var preparation = new DataPreparation(new() { Sources = [new() { Location = path }] }, Tokens);
        Assert.Single(preparation.Sequences());
        var message = Assert.Throws<DataException>(() => preparation.Account.Close(new PackingTotals())).Message;
        Assert.Contains("1 sequences went to the packer, 0 arrived", message, StringComparison.Ordinal);
        Assert.Contains("3 tokens went to the packer, 0 arrived", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_that_no_row_can_be_blamed_for_are_thrown_as_they_are()
    {
        var path = Path.Combine(_folder, "many.jsonl");
        File.WriteAllLines(path, Enumerable.Repeat("""{"text":"abc"}""", 3000));
        var options = new PreparationOptions { Sources = [new() { Location = path }], KeepGoing = true, Threads = 4 };
        Assert.Equal("no EOS", Assert.Throws<ConfigException>(() => new DataPreparation(options, _ => throw new ConfigException("no EOS")).Sequences().Count()).Message);
        Assert.Equal("bug", Assert.Throws<InvalidOperationException>(() => new DataPreparation(options, _ => throw new InvalidOperationException("bug")).Sequences().Count()).Message);
    }

    private static BuildResult Tokens(Example example) => new([new() { Tokens = [1, 2, 3], Weights = [0, 0.1f, 1], Origin = example.Origin }], null, []);
}
