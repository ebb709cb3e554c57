using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Weights;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>The worked families of the reference material: lengths and trained ranges on the templates of real models.</summary>
public sealed class FamilyTests
{
    private static readonly Dictionary<string, string> Conversations = new()
    {
        ["R1"] = """[{"role":"user","content":"U1"},{"role":"assistant","content":"A1","reasoning_content":"R1"},{"role":"user","content":"U2"},{"role":"assistant","content":"A2","reasoning_content":"R2"}]""",
        ["R2"] = """[{"role":"user","content":"U1"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"mul","arguments":{"a":2,"b":3}}}]},{"role":"tool","content":"6"},{"role":"assistant","content":"A2"}]""",
        ["R3"] = """[{"role":"user","content":"U1"},{"role":"assistant","content":"Let me","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"x":1}}},{"type":"function","function":{"name":"g","arguments":{"y":"</tool_call>"}}}]},{"role":"tool","content":"T1"},{"role":"tool","content":"T2"},{"role":"assistant","content":"A2"}]""",
        ["R4"] = """[{"role":"user","content":"U1"},{"role":"assistant","content":"<think>\nR1\n</think>\n\nA1"},{"role":"user","content":"U2"},{"role":"assistant","content":"<think>\nR2\n</think>\n\nA2"}]""",
        ["R5"] = """[{"role":"user","content":"U1"},{"role":"assistant","content":"A1"},{"role":"user","content":"U2"},{"role":"assistant","content":"A2"}]""",
    };

    /// <summary>Expected: length and trained ranges of each example.</summary>
    [Theory]
    [InlineData("R1", "trl_qwen3", "86:52-85 151:117-150")]
    [InlineData("R1", "trl__qwen3_5_think", "86:60-85 151:125-150")]
    [InlineData("R1", "trl__qwen3_6", "172:60-85,146-171")]
    [InlineData("R1", "trl__gptoss", "400:304-400 487:391-487")]
    [InlineData("R1", "trl__glm4moe_training", "65:36-65 108:79-108")]
    [InlineData("R2", "trl_qwen2_5", "329:150-231,316-328")]
    [InlineData("R2", "trl_qwen3", "153:71-152 250:237-249")]
    [InlineData("R2", "trl__llama3_1", "409:235-292,397-409")]
    [InlineData("R3", "trl_qwen2_5", "438:150-303,425-437")]
    [InlineData("R4", "trl_qwen3", "86:52-85 151:117-150")]
    [InlineData("R4", "trl__llama3", "285:118-151,252-285")]
    [InlineData("R5", "trl_qwen3", "84:71-83 149:136-148")]
    [InlineData("R5", "trl__gemma3", "151:62-77,135-150")]
    public void Spans_of_real_families_are_those_worked_out(string conversation, string template, string expected)
    {
        var bos = template.Contains("llama3", StringComparison.Ordinal) ? "<|begin_of_text|>" : template.Contains("gemma", StringComparison.Ordinal) ? "<bos>" : "<s>";
        var examples = Prove(Conversations[conversation], template, TrainPolicy.Assistant, bos);
        Assert.Equal(expected, string.Join(' ', examples.Select(Dump)));
    }

    [Fact]
    public void The_history_form_is_trained_on_demand_only()
    {
        var policy = TrainPolicy.Assistant with { History = HistoryMode.AsRendered };
        var example = Assert.Single(Prove(Conversations["R1"], "trl_qwen3", policy, "<s>"));
        Assert.Equal(["A1<|im_end|>", "<think>\nR2\n</think>\n\nA2<|im_end|>"], Ranges(example).Select(r => example.Text[r.Start..r.End]));
        Assert.Contains(example.Findings, f => f.Fault == MaskFault.TrainedAsRendered);
        var refused = Assert.Throws<MaskException>(() => Prove(Conversations["R1"], "trl_qwen3", TrainPolicy.Assistant with { History = HistoryMode.Error }, "<s>"));
        Assert.Equal(MaskFault.HistoryDiffers, refused.Fault);
        Assert.Contains("produced", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropped_tool_calls_and_reasoning_are_errors_until_someone_lets_them_pass()
    {
        Assert.Equal(MaskFault.FieldDropped, Assert.Throws<MaskException>(() => Prove(Conversations["R2"], "trl__llama3", TrainPolicy.Assistant, "<s>")).Fault);
        Assert.Equal(MaskFault.FieldDropped, Assert.Throws<MaskException>(() => Prove(Conversations["R1"], "trl__llama3", TrainPolicy.Assistant, "<s>")).Fault);
        Assert.Single(Prove(Conversations["R1"], "trl__llama3", NamedPolicies.All["answers"], "<s>"));
        var waived = Assert.Single(Prove(Conversations["R1"], "trl__llama3", TrainPolicy.Parse([("on.field-dropped", "warning")]), "<s>"));
        Assert.Contains(waived.Findings, f => f.Fault == MaskFault.FieldDropped);
    }

    [Fact]
    public void One_of_several_tool_calls_can_be_weighted()
    {
        var chat = RowValue.Parse(Conversations["R3"].Replace("\"arguments\":{\"x\":1}}", "\"arguments\":{\"x\":1}},\"weight\":0", StringComparison.Ordinal)).ToString();
        var example = Assert.Single(Prove(chat, "trl_qwen2_5", TrainPolicy.Assistant, "<s>"));
        Assert.Contains(example.Weights, w => w.Channel == Channel.ToolArguments && w.Weight == 0 && example.Text[w.Start..w.End].Contains("\"x\"", StringComparison.Ordinal));
        Assert.Contains(example.Weights, w => w.Channel == Channel.ToolArguments && w.Weight == 1 && example.Text[w.Start..w.End].Contains("\"y\"", StringComparison.Ordinal));
    }

    private static IReadOnlyList<ProvedExample> Prove(string messages, string template, TrainPolicy policy, string bos)
    {
        var prover = RealTemplates.Prover(RealTemplates.Load(template, ("bos_token", bos), ("eos_token", "<|endoftext|>")), policy);
        var reader = new ConversationReader(policy.Roles, SeverityTable.With(policy.On));
        var conversation = reader.Read(new ConversationExample(new RowOrigin("cases", 1)) { Messages = RowValue.Parse(messages).Items });
        return prover.Prove(conversation, MessageWeights.Of(conversation, policy));
    }

    private static string Dump(ProvedExample example) => FormattableString.Invariant($"{example.Text.Length}:{string.Join(',', Ranges(example).Select(r => FormattableString.Invariant($"{r.Start}-{r.End}")))}");

    private static List<(int Start, int End)> Ranges(ProvedExample example)
    {
        var ranges = new List<(int Start, int End)>();
        foreach (var span in example.Weights.Where(w => w.Weight > 0))
        {
            if (ranges.Count > 0 && ranges[^1].End == span.Start) ranges[^1] = (ranges[^1].Start, span.End);
            else ranges.Add((span.Start, span.End));
        }

        return ranges;
    }
}
