using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Data.Tests.Inspection;

public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp export ü ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Labels_are_the_ids_where_trained_and_minus_100_elsewhere()
    {
        var row = Survey("T04", TrainPolicy.Assistant);
        var line = Assert.Single(new MaskExport(ExportFormat.Hf).Lines(row));
        var sequence = row.Results[0].Sequences[0];
        Assert.Equal(sequence.Tokens, line.Find("input_ids")!.Items.Select(i => (int)i.Integer));
        Assert.Equal(sequence.Tokens.Select((t, i) => sequence.Weights[i] > 0 ? t : -100), line.Find("labels")!.Items.Select(i => (int)i.Integer));
        Assert.Equal(sequence.Weights, line.Find("weights")!.Items.Select(i => (float)i.Real));
        Assert.Null(Assert.Single(new MaskExport(ExportFormat.Hf).Lines(Survey("T01", TrainPolicy.Assistant))).Find("weights"));
    }

    [Fact]
    public void Vendors_weights_read_back_to_the_same_mask()
    {
        foreach (var (format, id, policy) in new[] { (ExportFormat.OpenAi, "T02", "last"), (ExportFormat.OpenAi, "T01", "assistant"), (ExportFormat.Swift, "T02", "last"), (ExportFormat.Swift, "T24", "last_turn") })
        {
            var row = Survey(id, NamedPolicies.All[policy]);
            var export = new MaskExport(format);
            var line = Assert.Single(export.Lines(row));
            Assert.Equal(0, export.Approximated);
            var back = Builder(TrainPolicy.Assistant).Build(new ConversationExample(new RowOrigin("back", 1)) { Messages = line.Find("messages")!.Items });
            Assert.Equal(row.Results[0].Sequences[0].Weights, back.Sequences[0].Weights);
        }
    }

    [Fact]
    public void What_a_format_cannot_say_is_counted()
    {
        var export = new MaskExport(ExportFormat.OpenAi);
        foreach (var line in export.Lines(Survey("T20", TrainPolicy.Assistant))) Assert.NotNull(line);
        Assert.Equal(1, export.Approximated);
        foreach (var line in export.Lines(Survey("T05", TrainPolicy.Assistant))) Assert.NotNull(line);
        Assert.Equal(2, export.Approximated);
    }

    [Fact]
    public void A_comparison_names_the_message_and_both_texts()
    {
        var (all, last) = (Builder(TrainPolicy.Assistant).Explain(Case("T02")), Builder(NamedPolicies.All["last"]).Explain(Case("T02")));
        Assert.Empty(MaskComparison.Differences(all, "A", all, "B"));
        Assert.Equal(["message 1: A trains [weak]content [<|im_end|>]stop; B trains nothing"], MaskComparison.Differences(all, "A", last, "B"));
        var everything = Builder(NamedPolicies.All["everything"]).Explain(Case("T02"));
        Assert.Equal(everything[0].Weights.Count(w => w > 0), MaskComparison.Pieces(everything).Sum(p => p.Tokens));
    }

    [Fact]
    public void Refused_rows_are_told_in_their_places_and_kept_in_the_quarantine_file()
    {
        var data = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllText(data, """
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]}
            {"messages": [
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","weight":"0"}]}
            {"messages":[{"role":"user","content":"x"}]}

            """);
        var statistics = new MaskStatistics();
        var path = Path.Combine(_folder, "quarantine.jsonl");
        using (var quarantine = new QuarantineFile(path))
        {
            foreach (var row in new MaskSurvey(Builder(TrainPolicy.Assistant), new ExampleReader()).Read(RowSources.Open(data), threads: 2))
            {
                statistics.Add(row);
                if (row.Fault is not null) quarantine.Add(row.Row, row.FaultCode, row.Fault.Message);
            }

            Assert.False(File.Exists(path));
            quarantine.Complete();
        }

        Assert.Equal((4, 1, 1, 1, 1), (statistics.Rows, statistics.RowsTrained, statistics.Dropped.Sum(d => d.Count), statistics.Refused.Sum(d => d.Count), statistics.Unreadable));
        var lines = File.ReadAllLines(path).Select(RowValue.Parse).ToArray();
        Assert.Equal(["unreadable", "weight-type"], lines.Select(l => l.Find("fault")!.Text));
        Assert.Contains("rows.jsonl:2", lines[0].Find("message")!.Text, StringComparison.Ordinal);
        Assert.Equal("0", lines[1].Find("data")!.Find("messages")!.Items[1].Find("weight")!.Text);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    private static SurveyedRow Survey(string id, TrainPolicy policy)
    {
        var row = new Row(RowValue.MapOf(("messages", MaskingCases.Find(id).Find("messages")!)), new RowOrigin("cases.jsonl", 1));
        return new MaskSurvey(Builder(policy), new ExampleReader()).Read(RowSources.FromRows("cases.jsonl", [row])).Single();
    }

    private static ConversationExample Case(string id) => MaskingCases.Conversation(MaskingCases.Find(id));

    private static SequenceBuilder Builder(TrainPolicy policy) => new(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, policy, new SequenceOptions());
}
