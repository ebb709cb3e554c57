using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Sequences;

public sealed class WorkedCaseTests
{
    public static TheoryData<string, string> SpanCases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var c in MaskingCases.Read('T'))
                foreach (var template in (string[])["chatml", "llama3", "chatml by hand", "llama3 by hand"])
                    data.Add(c.Find("id")!.Text, template);
            return data;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SpanCases))]
    public void Spans_are_those_worked_out_by_hand(string id, string template)
    {
        var @case = MaskingCases.Find(id);
        var expected = @case.Find(template.Split(' ')[0])!;
        var example = Assert.Single(Prove(@case, template));
        Assert.Equal((int)expected.Find("len")!.Integer, example.Text.Length);
        Assert.Equal(expected.Find("spans")!.Items.Select(Span), Trained(example));
        Assert.Equal(expected.Find("text")!.Items.Select(t => t.Text), Trained(example).Select(s => example.Text[s.Start..s.End]));
    }

    [Theory]
    [InlineData("E03", MaskFault.UnknownRole, "assistant")]
    [InlineData("E04", MaskFault.WeightType, "weight")]
    [InlineData("E05", MaskFault.NearMissKey, "weight")]
    [InlineData("E06", MaskFault.InvalidUnicode, "messages[1].content[0]")]
    [InlineData("E07", MaskFault.RangeOutOfBounds, "9 > 3")]
    [InlineData("E08", MaskFault.RangesOverlap, "content")]
    [InlineData("E09", MaskFault.NegativeWeight, "-1")]
    [InlineData("E10", MaskFault.FlagsDisagree, "train")]
    [InlineData("E11", MaskFault.EmptyConversation, "no messages")]
    [InlineData("E12", MaskFault.PrefillNotAPrefix, "no")]
    [InlineData("E01", MaskFault.TemplateFailed, "")]
    public void Faulty_rows_are_refused_by_name(string id, MaskFault fault, string part)
    {
        var e = Assert.Throws<MaskException>(() => Prove(MaskingCases.Find(id), "chatml"));
        Assert.Equal(fault, e.Fault);
        Assert.StartsWith("cases.jsonl:1: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_parts_are_joined_for_templates_that_take_text_and_other_parts_are_refused()
    {
        var example = Assert.Single(Prove(MaskingCases.Find("E02"), "chatml"));
        Assert.Contains(example.Findings, f => f.Fault == MaskFault.ContentNormalised);
        var image = RowValue.Parse("""{"messages":[{"role":"user","content":[{"type":"image"},{"type":"text","text":"x"}]},{"role":"assistant","content":"y"}]}""");
        Assert.Equal(MaskFault.NoImageSupport, Assert.Throws<MaskException>(() => Prove(image, "chatml")).Fault);
    }

    [Theory]
    [InlineData("E13", "trl__deepseekv3", MaskFault.FieldPartlyRendered, "content[0..1")]
    [InlineData("E14", "huggingface.js__TheBloke_Mistral-7B-Instruct-v0.1-GPTQ", MaskFault.TemplateRejected, "alternate")]
    public void Conversations_that_a_template_cannot_hold_are_refused(string id, string template, MaskFault fault, string part)
    {
        var e = Assert.Throws<MaskException>(() => Prove(MaskingCases.Find(id), template));
        Assert.Equal(fault, e.Fault);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "y")]
    [InlineData("yes", "yes")]
    public void A_template_that_shows_the_answer_before_the_question_is_refused(string question, string answer)
    {
        const string Source = "{{ messages[-1].content }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        var prover = RealTemplates.Prover(ChatTemplate.Parse(Source), TrainPolicy.Assistant, "<|im_end|>");
        var chat = ChatGenerator.Example([ChatGenerator.Message("user", question), ChatGenerator.Message("assistant", answer)]);
        var conversation = new ConversationReader([], SeverityTable.Default).Read(chat);
        Assert.Equal(MaskFault.AnswerLeak, Assert.Throws<MaskException>(() => prover.Prove(conversation, MessageWeights.Of(conversation, TrainPolicy.Assistant))).Fault);
    }

    private static IReadOnlyList<ProvedExample> Prove(RowValue @case, string template)
    {
        var policy = @case.Find("policy") is { } p ? TrainPolicy.Parse(p) : TrainPolicy.Assistant;
        Func<RenderRequest, RenderedConversation> render = template switch
        {
            "chatml" => ChatTemplate.Parse(RealTemplates.ChatMl).Render,
            "llama3" => RealTemplates.Load("trl__llama3", ("bos_token", "<|begin_of_text|>")).Render,
            "chatml by hand" => HandRenderer.ChatMl,
            "llama3 by hand" => HandRenderer.Llama3,
            _ => RealTemplates.Load(template).Render,
        };
        var stop = template.StartsWith("llama3", StringComparison.Ordinal) ? "<|eot_id|>" : template.StartsWith("chatml", StringComparison.Ordinal) ? "<|im_end|>" : "</s>";
        var prover = new ConversationProver(render, new TemplateProbe(render, "").Profile(), policy, [stop], null, null, null);
        var conversation = new ConversationReader(policy.Roles, prover.Severities).Read(MaskingCases.Conversation(@case));
        return prover.Prove(conversation, MessageWeights.Of(conversation, policy));
    }

    /// <summary>Neighbouring characters of one message with one weight above 0, whatever their channels.</summary>
    private static List<(int Start, int End, double Weight)> Trained(ProvedExample example)
    {
        var runs = new List<(int Start, int End, double Weight)>();
        foreach (var span in example.Weights.Where(s => s.Weight > 0))
        {
            if (runs.Count > 0 && runs[^1].End == span.Start && runs[^1].Weight == span.Weight) runs[^1] = (runs[^1].Start, span.End, span.Weight);
            else runs.Add((span.Start, span.End, span.Weight));
        }

        return runs;
    }

    private static (int Start, int End, double Weight) Span(RowValue span) =>
        ((int)span.Items[0].Integer, (int)span.Items[1].Integer, span.Items.Count > 2 ? Number(span.Items[2]) : 1);

    private static double Number(RowValue value) => value.Kind == RowValueKind.Real ? value.Real : (double)value.Integer;
}
