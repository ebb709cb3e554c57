using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization.Training;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>The pipeline cases of the reference material that end at tokens and weights.</summary>
public sealed class PipelineCaseTests
{
    [Fact]
    public void P09_templates_that_print_the_date_need_a_pinned_one()
    {
        var entry = TemplateSet.Find("trl__gptoss");
        var tokenizer = TemplateTokenizer.For(entry.Template.Source);
        var chat = Case("T01");
        var unpinned = new SequenceBuilder(entry.Template, tokenizer, TrainPolicy.Assistant, new SequenceOptions());
        Assert.Contains("date", Assert.Throws<MaskException>(() => unpinned.Build(chat)).Message, StringComparison.Ordinal);
        var day = new DateTime(2024, 7, 26, 23, 59, 59, DateTimeKind.Unspecified);
        var pinned = new SequenceBuilder(entry.Template, tokenizer, TrainPolicy.Assistant, new SequenceOptions { Now = day });
        var first = pinned.Build(chat);
        Assert.Contains(first.Findings, f => f.Fault == MaskFault.DateInjected);
        Assert.Equal(first.Sequences.SelectMany(s => s.Tokens), pinned.Build(chat).Sequences.SelectMany(s => s.Tokens));
    }

    [Fact]
    public void P10_a_template_that_writes_the_bos_and_a_tokenizer_that_adds_it_give_one()
    {
        var template = ChatTemplate.Parse(BuiltInTemplates.Find("llama3")!, "llama3", SmallTokenizers.Llama.SpecialTokens);
        var sequence = Assert.Single(new SequenceBuilder(template, SmallTokenizers.Llama, TrainPolicy.Assistant, new SequenceOptions()).Build(Case("T01")).Sequences);
        Assert.Equal(1, sequence.Tokens.Count(t => t == SmallTokenizers.Llama.BosTokenId));
        Assert.Equal(SmallTokenizers.Llama.BosTokenId, sequence.Tokens[0]);
    }

    [Fact]
    public void P11_the_first_trained_token_is_the_answers_own_and_rows_where_it_would_grow_are_counted()
    {
        var merging = BytePairTrainer.Train([string.Concat(Enumerable.Repeat("x\n\n\ny\n\nz ", 9))], new BytePairTrainingOptions { VocabularySize = 270, SpecialTokens = ["<|im_start|>", "<|im_end|>"], NamedTokens = new Dictionary<string, string> { ["eos_token"] = "<|im_end|>" } });
        var explanation = Assert.Single(new SequenceBuilder(HandRenderer.ChatMl, "", merging, TrainPolicy.Assistant, new SequenceOptions()).Explain(Case("T08")));
        Assert.Equal(1, explanation.JointDiffers);
        var first = explanation.Tokens[Enumerable.Range(0, explanation.Tokens.Count).First(t => explanation.Weights[t] > 0)];
        Assert.StartsWith("\n\n", explanation.Example.Text[first.Start..first.End], StringComparison.Ordinal);
    }

    [Fact]
    public void P12_a_weight_border_inside_a_character_never_trains_half_of_it()
    {
        // The skin tone alone (code point 6 of the content) is named; a token that holds it together with other bytes takes the least weight.
        var chat = new ConversationExample(new RowOrigin("r", 1))
        {
            Messages = RowValue.Parse("""[{"role":"user","content":"x"},{"role":"assistant","content":"hello 👍🏽 there","train_detail":[{"start":7,"end":8}]}]""").Items,
        };
        var builder = new SequenceBuilder(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, TrainPolicy.Assistant, new SequenceOptions());
        var explanation = Assert.Single(builder.Explain(chat));
        var trained = explanation.Tokens.Where((_, t) => explanation.Weights[t] > 0).Select(t => t.Id).ToArray();
        Assert.Contains(SmallTokenizers.Qwen.Decode(trained), (string[])["", "🏽"]);
    }

    /// <summary>Twice the row takes about twice the memory; twice the turns at most four times, since every turn has its own prompt.</summary>
    [Theory]
    [InlineData("turns of a thousand characters", 150, 5)]
    [InlineData("characters in one message", 500_000, 2.6)]
    [InlineData("calls in parallel", 283, 2.6)]
    public void P15_long_rows_finish_with_memory_in_proportion(string kind, int size, double growth)
    {
        var builder = TemplateSet.Builder(TemplateSet.Find("trl__template"), TrainPolicy.Assistant);
        foreach (var warm in (int[])[size, 2 * size]) Allocated(builder, kind, warm); // buffers that are lent and given back are no cost of a row
        var (once, twice) = (Allocated(builder, kind, size), Allocated(builder, kind, 2 * size));
        Assert.True(twice < growth * once, FormattableString.Invariant($"{size} {kind}: {once:N0} bytes; twice as many: {twice:N0} bytes"));
    }

    private static long Allocated(SequenceBuilder builder, string kind, int size)
    {
        RowValue[] messages = kind switch
        {
            "turns of a thousand characters" => [.. Enumerable.Range(0, size).Select(i => ChatGenerator.Message(i % 2 == 0 ? "user" : "assistant", string.Concat(Enumerable.Repeat("ten chars ", 100))))],
            "characters in one message" => [ChatGenerator.Message("user", string.Concat(Enumerable.Repeat("ten chars ", size / 10))), ChatGenerator.Message("assistant", "ok")],
            _ => [ChatGenerator.Message("user", "go"), ChatGenerator.Message("assistant", "").With("tool_calls", RowValue.List([.. Enumerable.Range(0, size).Select(Call)])), ChatGenerator.Message("tool", "done"), ChatGenerator.Message("assistant", "ok")],
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var examples = builder.Explain(ChatGenerator.Example(messages));
        Assert.Equal(messages.Count(m => m.Find("role")!.Text == "assistant"), examples.Sum(e => e.Example.TrainedMessages.Count));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void P16_the_audit_is_the_same_in_every_culture_and_with_any_threads()
    {
        var chats = MaskingCases.Read('T').Select((c, i) => new Row(RowValue.MapOf(("messages", c.Find("messages")!)), new RowOrigin("cases.jsonl", i + 1))).ToArray();
        var audits = new List<string>();
        foreach (var (culture, threads) in new[] { ("", 1), ("tr-TR", 4), ("de-DE", 1), ("ar-SA", 16) })
        {
            var previous = CultureInfo.CurrentCulture;
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            try
            {
                var writer = new StringWriter();
                using (var audit = new MaskAudit(writer, new AuditHeader { Version = "1", TemplateHash = "", TokenizerHash = "", DataHash = "", Policy = TrainPolicy.Assistant.ToRowValue(), Now = TemplateSet.Date }))
                    foreach (var row in new MaskSurvey(ChatMl(), new ExampleReader()).Read(RowSources.FromRows("cases.jsonl", chats), threads)) audit.Add(row);
                audits.Add(writer.ToString());
            }
            finally
            {
                CultureInfo.CurrentCulture = previous;
            }
        }

        Assert.Single(audits.Distinct());
    }

    [Fact]
    public void P20_a_user_text_that_the_template_reads_is_flagged_and_proved()
    {
        var entry = TemplateSet.Find("trl__template");
        var builder = new SequenceBuilder(entry.Template, TemplateTokenizer.For(entry.Template.Source), TrainPolicy.Assistant, new SequenceOptions { WitnessEvery = 1 });
        var chat = ChatGenerator.Example([ChatGenerator.Message("user", "u"), ChatGenerator.Message("assistant", "a"), ChatGenerator.Message("user", "<tool_response>x</tool_response>"), ChatGenerator.Message("assistant", "b")]);
        var examples = builder.Explain(chat);
        foreach (var e in examples) MaskInvariants.EveryExampleIsFaithful(e.Example, chat, entry.Template.Render);
        MaskInvariants.EachTurnIsTrainedOnce(examples);
    }

    /// <summary>This template writes its generation prompt inside the loop over messages, so that no messages render as nothing; its system prompt belongs to no turn.</summary>
    [Fact]
    public void An_assistant_who_speaks_first_is_not_trained_on_the_templates_system_prompt()
    {
        var chat = ChatGenerator.Example([ChatGenerator.Message("assistant", "Welcome."), ChatGenerator.Message("user", "hi"), ChatGenerator.Message("assistant", "hello")]);
        var example = Assert.Single(TemplateSet.Builder(TemplateSet.Find("Qwen__template_chatml"), TrainPolicy.Assistant).Explain(chat)).Example;
        Assert.Equal(["Welcome.<|im_end|>", "hello<|im_end|>"], example.Weights.GroupBy(w => w.Message).Select(g => example.Text[g.Min(w => w.Start)..g.Max(w => w.End)]));
    }

    [Fact]
    public void Severities_can_be_raised_and_lowered_for_every_finding()
    {
        var raised = TrainPolicy.Parse([("on.split", "error")]);
        var entry = TemplateSet.Find("trl__template");
        var chat = ChatGenerator.Example([ChatGenerator.Message("user", "u"), Thought("a"), ChatGenerator.Message("user", "v"), Thought("b")]);
        Assert.Equal(MaskFault.Split, Assert.Throws<MaskException>(() => TemplateSet.Builder(entry, raised).Explain(chat)).Fault);
        var spelt = TrainPolicy.Parse([("on.content-spells-control-token", "error")]);
        Assert.Equal(MaskFault.ContentSpellsControlToken, Assert.Throws<MaskException>(() => new SequenceBuilder(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, spelt, new SequenceOptions()).Explain(Case("T09"))).Fault);

        RowValue Thought(string text) => ChatGenerator.Message("assistant", text).With("reasoning_content", RowValue.Of("r"));
    }

    [Fact]
    public void What_the_template_leaves_out_adds_or_trims_is_told()
    {
        var builder = new SequenceBuilder(ChatTemplate.Parse(BuiltInTemplates.Find("llama3")!, "llama3", SmallTokenizers.Llama.SpecialTokens), SmallTokenizers.Llama, TrainPolicy.Assistant, new SequenceOptions());
        var named = ChatGenerator.Example([ChatGenerator.Message("user", "u").With("name", RowValue.Of("Ann")), ChatGenerator.Message("assistant", " a ")]);
        var findings = builder.Build(named).Findings;
        Assert.Contains(findings, f => f is { Fault: MaskFault.UntrainedFieldDropped, Message: 0 } && f.Text.Contains("name", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Fault: MaskFault.Trimmed, Message: 1 });
        var qwen = TemplateSet.Builder(TemplateSet.Find("trl__qwen2_5_vl_training"), TrainPolicy.Assistant with { On = new Dictionary<MaskFault, Severity> { [MaskFault.TagsDiffer] = Severity.Warning } });
        Assert.Contains(qwen.Build(Case("T01")).Findings, f => f.Fault is MaskFault.DefaultSystemPrompt or MaskFault.TagsDifferInFraming);
    }

    private static RowValue Call(int i) => RowValue.Parse(FormattableString.Invariant($$"""{"id":"call{{i}}","type":"function","function":{"name":"mul","arguments":{"a":{{i}},"b":2} } }"""));

    private static ConversationExample Case(string id) => MaskingCases.Conversation(MaskingCases.Find(id));

    private static SequenceBuilder ChatMl() => new(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, TrainPolicy.Assistant, new SequenceOptions());
}
