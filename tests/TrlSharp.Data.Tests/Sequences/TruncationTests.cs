using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Data.Tests.Sequences;

public sealed class TruncationTests
{
    private const string Chat = """
        [{"role":"system","content":"SYS"},{"role":"user","content":"q one"},{"role":"assistant","content":"a one"},{"role":"user","content":"q two"},
         {"role":"assistant","content":"a two"},{"role":"user","content":"q three"},{"role":"assistant","content":"a three"}]
        """;

    [Fact]
    public void Dropping_is_the_default_and_says_why()
    {
        var result = Build(OverflowRule.Drop, 20);
        Assert.Empty(result.Sequences);
        Assert.Equal(MaskFault.Overflow, result.Dropped!.Fault);
        Assert.Contains("the limit is 20", result.Dropped.Text, StringComparison.Ordinal);
        Assert.Contains("max_length", Assert.Throws<MaskException>(() => Build(OverflowRule.Error, 20)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Oldest_turns_go_first_and_the_instructions_stay()
    {
        var (limit, text) = Fit(OverflowRule.TurnsLeft, Full() - 1);
        Assert.StartsWith("<|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nq two", text, StringComparison.Ordinal);
        Assert.EndsWith("a three<|im_end|>\n", text, StringComparison.Ordinal);
        Assert.True(limit >= 1);
        var result = Build(OverflowRule.TurnsLeft, Full() - 1);
        Assert.Contains(result.LeftOut, f => f.Fault == MaskFault.TurnsRemoved);
        Assert.Equal(2, Stops(result.Sequences[0]));
    }

    [Fact]
    public void Newest_turns_go_first_from_the_right()
    {
        var (_, text) = Fit(OverflowRule.TurnsRight, Full() - 1);
        Assert.EndsWith("a two<|im_end|>\n", text, StringComparison.Ordinal);
        Assert.StartsWith("<|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nq one", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Splitting_trains_each_turn_once()
    {
        for (var limit = Full() - 1; limit > 10; limit -= 3)
        {
            var result = Build(OverflowRule.Split, limit);
            var trained = result.Sequences.Select(Text).SelectMany(t => (string[])["a one", "a two", "a three"], (t, a) => t.EndsWith(a + "<|im_end|>\n", StringComparison.Ordinal) ? a : "").ToArray();
            Assert.All(result.Sequences, s => Assert.True(s.Length <= limit));
            var lost = result.LeftOut.Count + (result.Dropped is null || result.LeftOut.Count > 0 ? 0 : 1);
            Assert.Equal(3, result.Sequences.Sum(Stops) + lost);
            Assert.True(trained.Distinct().Count() <= 4);
        }
    }

    [Fact]
    public void Cutting_tokens_never_invents_a_stop()
    {
        var full = Assert.Single(Build(OverflowRule.Drop, null).Sequences);
        var right = Build(OverflowRule.TokenRight, full.Length - 3);
        Assert.Equal(full.Tokens[..^3], right.Sequences[0].Tokens);
        Assert.Contains(right.Findings, f => f.Fault == MaskFault.StopCut);
        var left = Build(OverflowRule.TokenLeft, full.Length - 3).Sequences[0];
        Assert.Equal(full.Tokens[3..], left.Tokens);
        Assert.Equal(0, left.Weights[0]);
    }

    private static int Full() => Build(OverflowRule.Drop, null).Sequences[0].Length;

    private static (int Tokens, string Text) Fit(OverflowRule rule, int limit)
    {
        var sequence = Assert.Single(Build(rule, limit).Sequences);
        return (sequence.Length, Text(sequence));
    }

    private static string Text(TokenSequence sequence) => SmallTokenizers.Qwen.Decode(sequence.Tokens);

    private static int Stops(TokenSequence sequence)
    {
        var stop = SmallTokenizers.Qwen.IdOf("<|im_end|>");
        return Enumerable.Range(0, sequence.Length).Count(i => sequence.Tokens[i] == stop && sequence.Weights[i] > 0);
    }

    private static BuildResult Build(OverflowRule rule, int? limit) =>
        new SequenceBuilder(HandRenderer.ChatMl, "", SmallTokenizers.Qwen, TrainPolicy.Assistant, new SequenceOptions { MaxLength = limit, Overflow = rule })
            .Build(new ConversationExample(new RowOrigin("rows.jsonl", 1)) { Messages = RowValue.Parse(Chat).Items });
}
