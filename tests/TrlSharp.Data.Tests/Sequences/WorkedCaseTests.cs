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
                foreach (var template in (string[])["chatml", "llama3"])
                    data.Add(c.Find("id")!.Text, template);
            return data;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SpanCases))]
    public void Spans_are_those_worked_out_by_hand(string id, string template)
    {
        var @case = MaskingCases.Find(id);
        var expected = @case.Find(template)!;
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

    private static IReadOnlyList<ProvedExample> Prove(RowValue @case, string template)
    {
        var policy = @case.Find("policy") is { } p ? TrainPolicy.Parse(p) : TrainPolicy.Assistant;
        Func<RenderRequest, RenderedConversation> render = template == "chatml" ? HandRenderer.ChatMl : HandRenderer.Llama3;
        var prover = new ConversationProver(render, new TemplateProbe(render, "").Profile(), policy, [template == "chatml" ? "<|im_end|>" : "<|eot_id|>"], null, null, null);
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
