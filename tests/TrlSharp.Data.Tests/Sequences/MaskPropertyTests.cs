using CsCheck;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>Invariants of masks over generated conversations; 100,000 of them when TRLSHARP_NIGHTLY=1.</summary>
public sealed class MaskPropertyTests
{
    private static readonly bool Nightly = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1";
    private static readonly long Chats = Nightly ? 20_000 : 400;

    private static readonly (string Name, Func<RenderRequest, RenderedConversation> Render, SequenceBuilder Builder)[] Templates =
    [
        ("chatml", HandRenderer.ChatMl, Builder(HandRenderer.ChatMl, "chatml", TrainPolicy.Assistant)),
        ("llama3", HandRenderer.Llama3, Builder(HandRenderer.Llama3, "llama3", TrainPolicy.Assistant)),
    ];

    [Fact]
    public void Every_example_is_sound_and_faithful() => ChatGenerator.AnyOrder(ChatGenerator.Content).Sample(chat =>
    {
        foreach (var (_, render, builder) in Templates)
        {
            var examples = builder.Explain(chat);
            MaskInvariants.EachTurnIsTrainedOnce(examples);
            foreach (var e in examples)
            {
                MaskInvariants.OriginsAreTrue(e.Example, chat);
                MaskInvariants.OnlyTrainedMessagesAreTrained(e.Example);
                MaskInvariants.SpansAreOrderedWithOneStop(e.Example);
                MaskInvariants.EveryExampleIsFaithful(e.Example, chat, render);
                MaskInvariants.TokensAreSound(e);
            }
        }
    }, iter: Chats, print: Print);

    [Fact]
    public void What_others_say_changes_no_trained_text() => Gen.Select(ChatGenerator.AnyOrder(ChatGenerator.Content), ChatGenerator.Content, Gen.Int[0, 7]).Sample((chat, content, at) =>
    {
        at %= chat.Messages.Count;
        var changed = With(chat, at, m => m.With("content", RowValue.Of(content)));
        foreach (var (_, _, builder) in Templates)
        {
            var before = MaskInvariants.TrainedText(builder.Explain(chat)).Where(t => !Of(t, at));
            var after = MaskInvariants.TrainedText(builder.Explain(changed)).Where(t => !Of(t, at));
            Assert.Equal(before, after);
        }
    }, iter: Chats, print: t => Print(t.Item1));

    [Fact]
    public void Policies_are_ordered_and_partition_the_turns() => ChatGenerator.Alternating(ChatGenerator.Content).Sample(chat =>
    {
        var all = Texts(chat, TrainPolicy.Assistant);
        var lastTurn = Texts(chat, NamedPolicies.All["last_turn"]);
        var last = Texts(chat, NamedPolicies.All["last"]);
        Assert.Subset(all.ToHashSet(), lastTurn.ToHashSet());
        if (chat.Messages[^1].Find("role")!.Text == "assistant") Assert.Subset(lastTurn.ToHashSet(), last.ToHashSet());
        for (var k = 0; k < chat.Messages.Count; k++)
        {
            var after = Texts(chat, TrainPolicy.Assistant with { Turns = new(TurnSelectionKind.After, k) });
            var upTo = Texts(chat, TrainPolicy.Assistant with { Turns = new(TurnSelectionKind.Indices) { Indices = [.. Enumerable.Range(0, k + 1)] } });
            Assert.Equal(all, upTo.Concat(after));
        }
    }, iter: Chats / 10, print: Print);

    [Fact]
    public void Channels_partition_the_span() => ChatGenerator.Alternating(ChatGenerator.Content).Sample(chat =>
    {
        var all = Weight(chat, TrainPolicy.Assistant);
        var parts = new[] { TrainPolicy.Assistant with { Content = 0, Stop = 0 }, TrainPolicy.Assistant with { Thinking = 0, Stop = 0 }, TrainPolicy.Assistant with { Thinking = 0, Content = 0 } };
        Assert.Equal(all, parts.Sum(p => Weight(chat, p)));
    }, iter: Chats / 4, print: Print);

    [Fact]
    public void Flags_of_one_are_the_default_and_flags_of_zero_train_nothing() => Gen.Select(ChatGenerator.Alternating(ChatGenerator.Content), Gen.Int[1, 8]).Sample((chat, c) =>
    {
        foreach (var (_, _, builder) in Templates)
        {
            var plain = builder.Build(chat);
            var ones = builder.Build(Flagged(chat, 1));
            Assert.Equal(plain.Sequences.SelectMany(s => s.Weights), ones.Sequences.SelectMany(s => s.Weights));
            Assert.Equal(plain.Sequences.Sum(s => s.TargetWeight) * c, builder.Build(Flagged(chat, c)).Sequences.Sum(s => s.TargetWeight), 6);
            Assert.Equal(MaskFault.NoTrainedTokens, builder.Build(Flagged(chat, 0)).Dropped!.Fault);
        }
    }, iter: Chats / 4, print: t => Print(t.Item1));

    [Fact]
    public void Key_order_and_metadata_change_nothing() => ChatGenerator.AnyOrder(ChatGenerator.Content).Sample(chat =>
    {
        var other = chat with { Messages = [.. chat.Messages.Select(m => RowValue.Map([KeyValuePair.Create("id", RowValue.Of("7")), .. m.Fields.Reverse()]))] };
        foreach (var (_, _, builder) in Templates)
        {
            var (a, b) = (builder.Build(chat), builder.Build(other));
            Assert.Equal(a.Sequences.SelectMany(s => s.Tokens), b.Sequences.SelectMany(s => s.Tokens));
            Assert.Equal(a.Sequences.SelectMany(s => s.Weights), b.Sequences.SelectMany(s => s.Weights));
        }
    }, iter: Chats / 4, print: Print);

    [Fact]
    public void A_further_question_leaves_earlier_turns_trained_as_they_were() => ChatGenerator.Alternating(ChatGenerator.Content).Sample(chat =>
    {
        var longer = chat with { Messages = [.. chat.Messages, ChatGenerator.Message("user", "and then?")] };
        foreach (var (_, _, builder) in Templates) Assert.Equal(MaskInvariants.TrainedText(builder.Explain(chat)), MaskInvariants.TrainedText(builder.Explain(longer)));
    }, iter: Chats / 4, print: Print);

    [Fact]
    public void Truncation_adds_no_tokens_and_no_weight() => Gen.Select(ChatGenerator.Alternating(ChatGenerator.Content), Gen.Int[10, 120], Gen.Enum<OverflowRule>()).Sample((chat, limit, rule) =>
    {
        if (rule == OverflowRule.Error) return;
        var whole = Templates[0].Builder.Build(chat);
        var cut = Builder(HandRenderer.ChatMl, "chatml", TrainPolicy.Assistant, new SequenceOptions { MaxLength = limit, Overflow = rule }).Build(chat);
        Assert.All(cut.Sequences, s => Assert.True(s.Length <= limit));
        Assert.True(cut.Sequences.Sum(s => s.TargetWeight) <= whole.Sequences.Sum(s => s.TargetWeight));
    }, iter: Chats / 4, print: t => Print(t.Item1));

    private static string[] Texts(ConversationExample chat, TrainPolicy policy) => MaskInvariants.TrainedText(Builder(HandRenderer.ChatMl, "chatml", policy).Explain(chat));

    private static double Weight(ConversationExample chat, TrainPolicy policy) =>
        Builder(HandRenderer.ChatMl, "chatml", policy).Explain(chat).Sum(e => e.Example.Weights.Sum(w => (double)w.Weight * (w.End - w.Start)));

    private static bool Of(string trained, int message) => trained.StartsWith(FormattableString.Invariant($"{message}/"), StringComparison.Ordinal);

    private static ConversationExample Flagged(ConversationExample chat, int weight) => chat with
    {
        Messages = [.. chat.Messages.Select(m => m.Find("role")!.Text == "assistant" ? m.With("weight", RowValue.Of(new System.Numerics.BigInteger(weight))) : m)],
    };

    private static ConversationExample With(ConversationExample chat, int message, Func<RowValue, RowValue> change) =>
        chat with { Messages = [.. chat.Messages.Select((m, i) => i == message ? change(m) : m)] };

    private static string Print(ConversationExample chat) => RowValue.List(chat.Messages).ToString();

    private static SequenceBuilder Builder(Func<RenderRequest, RenderedConversation> render, string name, TrainPolicy policy, SequenceOptions? options = null) =>
        new(render, "", name == "chatml" ? SmallTokenizers.Qwen : SmallTokenizers.Llama, policy, options ?? new SequenceOptions());
}
