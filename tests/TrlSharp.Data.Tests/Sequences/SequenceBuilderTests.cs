using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Sequences;

public sealed class SequenceBuilderTests
{
    public static TheoryData<string> Ids => [.. MaskingCases.Read('T').Select(c => c.Find("id")!.Text)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Ids))]
    public void Trained_tokens_decode_to_the_trained_text(string id)
    {
        var @case = MaskingCases.Find(id);
        foreach (var (name, builder) in (IEnumerable<(string, SequenceBuilder)>)[("chatml", ChatMl(Policy(@case))), ("llama3", Llama3(Policy(@case)))])
        {
            var tokenizer = name == "chatml" ? SmallTokenizers.Qwen : SmallTokenizers.Llama;
            var result = builder.Build(MaskingCases.Conversation(@case));
            var expected = @case.Find(name)!.Find("text")!.Items.Select(t => t.Text.Normalize()).ToArray();
            Assert.Equal(expected.Length == 0, result.Dropped is not null);
            if (expected.Length == 0) Assert.Equal(MaskFault.NoTrainedTokens, result.Dropped!.Fault);
            else Assert.Equal(expected, Runs(Assert.Single(result.Sequences), tokenizer));
        }
    }

    [Fact]
    public void Control_ids_come_from_the_template_only()
    {
        var example = MaskingCases.Conversation(MaskingCases.Find("T09"));
        var control = SmallTokenizers.Qwen.IdOf("<|im_end|>")!.Value;
        var plain = Assert.Single(ChatMl(TrainPolicy.Assistant).Build(example).Sequences);
        Assert.Equal(2, plain.Tokens.Count(t => t == control));
        var parsed = Assert.Single(ChatMl(TrainPolicy.Assistant with { ContentSpecialTokens = ContentControlTokens.Parse }).Build(example).Sequences);
        Assert.Equal(4, parsed.Tokens.Count(t => t == control));
        Assert.Equal(MaskFault.ControlTokenInContent,
            Assert.Throws<MaskException>(() => ChatMl(TrainPolicy.Assistant with { ContentSpecialTokens = ContentControlTokens.Error }).Build(example)).Fault);
    }

    [Fact]
    public void Answers_do_not_grow_together_with_their_prompt()
    {
        var example = MaskingCases.Conversation(MaskingCases.Find("T08"));
        var prompt = SmallTokenizers.Qwen.Encode("<|im_start|>user\ncode<|im_end|>\n<|im_start|>assistant\n");
        var answer = SmallTokenizers.Qwen.Encode("\n\ndef f(): pass<|im_end|>\n");
        var sequence = Assert.Single(ChatMl(TrainPolicy.Assistant).Build(example).Sequences);
        Assert.Equal([.. prompt.Select(t => t.Id), .. answer.Select(t => t.Id)], sequence.Tokens);
        Assert.True(sequence.Weights[prompt.Length] > 0);
    }

    [Fact]
    public void Everything_trains_all_tokens_but_the_first()
    {
        var sequence = Assert.Single(ChatMl(NamedPolicies.All["everything"]).Build(MaskingCases.Conversation(MaskingCases.Find("T03"))).Sequences);
        Assert.Equal([0f, .. Enumerable.Repeat(1f, sequence.Length - 1)], sequence.Weights);
    }

    [Fact]
    public void Texts_end_with_the_eos_and_completions_alone_are_trained()
    {
        var builder = ChatMl(TrainPolicy.Assistant);
        var text = Assert.Single(builder.Build(new TextExample(Origin) { Text = "abc" }).Sequences);
        Assert.Equal("abc<|im_end|>", SmallTokenizers.Qwen.Decode(text.Tokens));
        Assert.Equal([0f, .. Enumerable.Repeat(1f, text.Length - 1)], text.Weights);
        var pair = Assert.Single(builder.Build(new PromptCompletionExample(Origin) { Prompt = "2+2=", Completion = "4<|im_end|>" }).Sequences);
        Assert.Equal(["4<|im_end|>"], Runs(pair, SmallTokenizers.Qwen));
        var tokens = Assert.Single(builder.Build(new TokenizedExample(Origin) { Tokens = [1, 2, 3], Weights = [1, 0, 0.5f] }).Sequences);
        Assert.Equal([0f, 0f, 0.5f], tokens.Weights);
        Assert.Throws<MaskException>(() => builder.Build(new TokenizedExample(Origin) { Tokens = [1, 2, 3], Weights = [1] }));
    }

    [Fact]
    public void Segments_are_trained_as_labelled_with_nothing_added()
    {
        var builder = ChatMl(TrainPolicy.Assistant);
        var parts = new SegmentsExample(Origin) { Segments = [new("<|im_start|>user\nhi", false), new("", true), new(" there", true), new("! ", false), new("bye<|im_end|>", true)] };
        var sequence = Assert.Single(builder.Build(parts).Sequences);
        Assert.Equal("<|im_start|>user\nhi there! bye<|im_end|>", SmallTokenizers.Qwen.Decode(sequence.Tokens));
        Assert.Equal([" there", "bye<|im_end|>"], Runs(sequence, SmallTokenizers.Qwen));
        Assert.NotNull(builder.Build(parts with { Segments = [new("hi", false)] }).LeftOut[0].Text);
    }

    [Theory]
    [InlineData(TurnWeight.Turn, 2.0)]
    [InlineData(TurnWeight.Example, 1.0)]
    public void Turns_or_examples_can_weigh_the_same(TurnWeight rule, double sum)
    {
        var sequence = Assert.Single(ChatMl(TrainPolicy.Assistant with { TurnWeight = rule }).Build(MaskingCases.Conversation(MaskingCases.Find("T01"))).Sequences);
        Assert.Equal(sum, sequence.TargetWeight, 5);
    }

    [Fact]
    public void Rules_multiply_and_the_last_match_counts()
    {
        var policy = TrainPolicy.Parse(RowValue.Parse("""{"rules":[{"where":{"channel":"content"},"weight":2},{"where":{"regex":"l+"},"weight":5},{"where":{"channel":"stop"},"weight":0.5}]}"""));
        var explanation = ChatMl(policy).Explain(MaskingCases.Conversation(MaskingCases.Find("T01")))[0];
        var weights = explanation.Example.Weights.Where(w => w.Message == 1).Select(w => (explanation.Example.Text[w.Start..w.End], w.Weight));
        Assert.Equal([("He", 2f), ("ll", 5f), ("o!", 2f), ("<|im_end|>", 0.5f)], weights);
    }

    private static RowOrigin Origin => new("rows.jsonl", 1);

    private static TrainPolicy Policy(RowValue @case) => @case.Find("policy") is { } p ? TrainPolicy.Parse(p) : TrainPolicy.Assistant;

    private static SequenceBuilder ChatMl(TrainPolicy policy) => new(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, policy, new SequenceOptions());

    private static SequenceBuilder Llama3(TrainPolicy policy) => new(HandRenderer.Llama3, "", SmallTokenizers.Llama, policy, new SequenceOptions());

    /// <summary>Runs of trained tokens, decoded; a new run where the weight changes or a token is left out.</summary>
    private static List<string> Runs(TokenSequence sequence, Tokenizer tokenizer)
    {
        var runs = new List<string>();
        for (var start = 0; start < sequence.Length;)
        {
            var end = start;
            while (end < sequence.Length && sequence.Weights[end] > 0 && sequence.Weights[end] == sequence.Weights[start]) end++;
            if (end > start) runs.Add(tokenizer.Decode(sequence.Tokens.AsSpan(start, end - start)));
            start = Math.Max(end, start + 1);
        }

        return runs;
    }
}
