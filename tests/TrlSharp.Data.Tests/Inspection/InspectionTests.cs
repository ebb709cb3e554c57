using System.Text.Json;
using TrlSharp.Conversations;
using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Compatibility;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Data.Tests.Inspection;

public sealed class InspectionTests
{
    [Fact]
    public void The_terminal_shows_trained_text_in_brackets_with_channels()
    {
        var text = MaskTerminal.Plain(MaskTerminal.Show(Builder(TrainPolicy.Assistant).Explain(Case("T23")), "assistant", "cases.jsonl:1"));
        const string Expected = """
            cases.jsonl:1  policy assistant · 1 example
            example 1/1 ── 30 tokens, 12 trained
             · <|im_start|>user⏎
             · q<|im_end|>⏎
             · <|im_start|>assistant⏎
             ▌ [<think>⏎]thinking 
             ▌ [hmm⏎]thinking 
             ▌ [</think>⏎]thinking 
             ▌ [⏎]thinking 
             ▌ [42]content [<|im_end|>]stop ⏎

            """;
        Assert.Equal(Head(Expected), Head(text));
    }

    [Fact]
    public void Every_token_has_a_reason()
    {
        var explanation = Builder(TrainPolicy.Parse([("", "last"), ("thinking", "off")])).Explain(Case("T23"))[0];
        var reasons = Enumerable.Range(0, explanation.Tokens.Count).Select(t => MaskTerminal.Why(explanation, t)).ToArray();
        Assert.Contains(reasons, r => r.Contains("thinking · roles=assistant, turns=last · thinking=off", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.Contains("message 1 content[24..", StringComparison.Ordinal) || r.Contains("message 1 content[", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.Contains("message 0 is not trained", StringComparison.Ordinal));
        Assert.StartsWith("token 0", reasons[0], StringComparison.Ordinal);
        Assert.Throws<ConfigException>(() => MaskTerminal.Why(explanation, 10_000));
    }

    [Fact]
    public void The_page_is_one_file_without_outside_resources_and_cannot_be_broken_out_of()
    {
        var writer = new StringWriter();
        var row = new ConversationExample(new RowOrigin("r.jsonl", 1)) { Messages = RowValue.Parse("""[{"role":"user","content":"</script><script>alert(1)</script><!--"},{"role":"assistant","content":"x"}]""").Items };
        MaskHtml.Write(writer, "title", [new MaskPageRow("row 1", Builder(TrainPolicy.Assistant).Explain(row))]);
        var page = writer.ToString();
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("</script><script>alert", page, StringComparison.Ordinal);
        var start = page.IndexOf("application/json\">", StringComparison.Ordinal) + "application/json\">".Length;
        using var data = JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]);
        Assert.Contains("</script>", data.RootElement.GetProperty("rows")[0].GetProperty("text").GetString()!, StringComparison.Ordinal);
    }

    /// <summary>The page's script does the same steps.</summary>
    [Fact]
    public void Tokens_of_the_page_unpack_to_those_of_the_example()
    {
        var e = Builder(TrainPolicy.Assistant).Explain(Case("T18"))[0];
        var writer = new StringWriter();
        MaskHtml.Write(writer, "title", [new MaskPageRow("row", [e]), new MaskPageRow("refused", [], "field-dropped", "why")]);
        var page = writer.ToString();
        var start = page.IndexOf("application/json\">", StringComparison.Ordinal) + "application/json\">".Length;
        using var data = JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]);
        var row = data.RootElement.GetProperty("rows")[0];
        var steps = row.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32()).ToArray();
        var unpacked = new List<(int Start, int End, float Weight)>();
        var (from, to) = (0, 0);
        foreach (var run in row.GetProperty("runs").EnumerateArray())
            for (var i = 0; i < run[0].GetInt32(); i++)
            {
                if (steps[unpacked.Count] > 0) (from, to) = (to, to + steps[unpacked.Count]);
                unpacked.Add((from, to, run[1].GetSingle()));
            }

        // A character that no token covers (an accent that the normaliser has composed) is shown with the token behind it.
        Assert.Equal(e.Tokens.Select((t, i) => (t.End, e.Weights[i])), unpacked.Select(u => (u.End, u.Weight)));
        Assert.Equal(e.Example.Text.Length, unpacked[^1].End);
        Assert.Contains("field-dropped", data.RootElement.GetProperty("flags").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void Totals_add_up_and_audits_compare_row_by_row()
    {
        var (first, statistics) = Audit("assistant");
        var (again, _) = Audit("assistant");
        var (last, _) = Audit("last");
        Assert.Equal(first, again);
        using var document = JsonDocument.Parse(first);
        Assert.Equal(3, document.RootElement.GetProperty("totals").GetProperty("rows").GetInt32());
        Assert.Equal(statistics.Rows, statistics.RowsTrained + statistics.Dropped.Sum(d => d.Count) + statistics.Refused.Sum(d => d.Count));
        Assert.Equal(statistics.TrainedTokens, statistics.Channels.Sum(c => c.Trained));
        Assert.Equal(statistics.Tokens, statistics.Channels.Sum(c => c.Tokens));
        Assert.Empty(MaskAudit.Compare(new StringReader(first), new StringReader(again)));
        Assert.Contains(MaskAudit.Compare(new StringReader(first), new StringReader(last)), d => d.Contains("turns [1,3] → [3]", StringComparison.Ordinal));
    }

    [Fact]
    public void The_old_collator_trains_the_last_answer_only_and_loses_it_when_the_marker_is_tokenised_otherwise()
    {
        var builder = Builder(TrainPolicy.Assistant);
        var one = builder.ExplainAs(new CollatorOptions(CollatorKind.CompletionOnlyLm, "<|im_start|>assistant\n"), Case("T01"));
        Assert.Equal("Ciao.<|im_end|>\n", Trained(one));
        var two = builder.ExplainAs(new CollatorOptions(CollatorKind.CompletionOnlyLm, "<|im_start|>assistant\n", "<|im_start|>user\n"), Case("T01"));
        Assert.Equal("Hello!<|im_end|>\nCiao.<|im_end|>\n", Trained(two));
        Assert.Equal("", Trained(builder.ExplainAs(new CollatorOptions(CollatorKind.CompletionOnlyLm, "### Response:"), Case("T01"))));
        Assert.Equal(one.Tokens.Count - 1, builder.ExplainAs(new CollatorOptions(CollatorKind.Trl), Case("T01")).Weights.Count(w => w > 0));
    }

    [Fact]
    public void Of_a_prompt_completion_row_trl_trains_what_is_behind_the_prompt()
    {
        var chat = Case("T01") with { PromptMessages = 3 };
        Assert.Equal("Ciao.<|im_end|>\n", Trained(Builder(TrainPolicy.Assistant).ExplainAs(new CollatorOptions(CollatorKind.Trl), chat)));
    }

    [Fact]
    public void Literal_markers_choose_every_turn_and_never_content()
    {
        var policy = TrainPolicy.Assistant with { MaskSource = MaskSource.Markers, ResponseTemplate = "<|im_start|>assistant\n" };
        Assert.Equal("ok<|im_end|>", Trained(Builder(policy).Explain(Case("T09"))[0]));
        Assert.Equal("Hello!<|im_end|>Ciao.<|im_end|>", Trained(Builder(policy).Explain(Case("T01"))[0]));
        Assert.Equal(MaskFault.MarkerAbsent, Assert.Throws<MaskException>(() => Builder(policy with { ResponseTemplate = "### Response:" }).Explain(Case("T01"))).Fault);
    }

    private static string Trained(TokenExplanation e) =>
        string.Concat(e.Tokens.Where((t, i) => e.Weights[i] > 0).Select(t => e.Example.Text[t.Start..t.End]));

    private static (string Json, MaskStatistics Statistics) Audit(string policy)
    {
        var builder = Builder(NamedPolicies.All[policy]);
        var statistics = new MaskStatistics();
        var writer = new StringWriter();
        using (var audit = new MaskAudit(writer, new AuditHeader { Version = "1", TemplateHash = "", TokenizerHash = "", DataHash = "", Policy = builder.Policy.ToRowValue() }))
        {
            foreach (var id in (string[])["T01", "T16", "E03"])
            {
                try
                {
                    var result = builder.Build(Case(id));
                    audit.Add(Case(id).Origin, result);
                    statistics.Add(Case(id).Origin, result);
                }
                catch (MaskException e)
                {
                    audit.Add(e);
                    statistics.Add(e);
                }
            }
        }

        return (writer.ToString(), statistics);
    }

    /// <summary>Token counts depend on the vocabulary; the picture does not.</summary>
    private static string Head(string text) => string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("example", StringComparison.Ordinal)));

    private static ConversationExample Case(string id) => MaskingCases.Conversation(MaskingCases.Find(id));

    private static SequenceBuilder Builder(TrainPolicy policy) => new(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, policy, new SequenceOptions());
}
