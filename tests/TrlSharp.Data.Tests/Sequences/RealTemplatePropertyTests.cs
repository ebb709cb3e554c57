using CsCheck;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>
/// The invariants of masks over every real template and generated conversations: more than 2,000 pairs here, more than 100,000 with TRLSHARP_NIGHTLY=1.
/// A row that is refused is no disagreement as long as the refusal is one that a template can cause; every row that is not must hold all of them.
/// </summary>
public sealed class RealTemplatePropertyTests(ITestOutputHelper output)
{
    private static readonly bool Nightly = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1";
    private static readonly int ChatsPerTemplate = Nightly ? 400 : 8;

    /// <summary>Faults of ours; no template can cause them.</summary>
    private static readonly MaskFault[] Never = [MaskFault.Interference, MaskFault.DecodeMismatch, MaskFault.MessageShape, MaskFault.WeightType, MaskFault.EmptyConversation];

    [Fact]
    public void Every_row_of_every_template_is_refused_or_sound_and_faithful()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long proved = 0;
        foreach (var entry in TemplateSet.All)
        {
            var builder = TemplateSet.Builder(entry, TrainPolicy.Assistant);
            ChatGenerator.Any.Sample(chat =>
            {
                try
                {
                    Check(entry, builder.Explain(chat), chat);
                    Interlocked.Increment(ref proved);
                }
                catch (MaskException e) when (!Never.Contains(e.Fault))
                {
                    lock (counts) counts[e.Fault.Code()] = counts.GetValueOrDefault(e.Fault.Code()) + 1;
                }
            }, iter: ChatsPerTemplate, print: c => $"{entry.Name}: {RowValue.List(c.Messages)}");
        }

        output.WriteLine(FormattableString.Invariant($"{proved} rows proved, {counts.Values.Sum()} refused: {string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"))}"));
        Assert.True(proved > 2 * counts.Values.Sum() / 3, "most rows should be proved");
    }

    [Fact]
    public void Metamorphic_changes_of_a_row_leave_every_template_alone()
    {
        foreach (var entry in TemplateSet.All)
        {
            var builder = TemplateSet.Builder(entry, TrainPolicy.Assistant);
            ChatGenerator.Any.Sample(chat =>
            {
                if (Trained(builder, chat) is not { } plain) return;

                // Other key order, unknown metadata: nothing changes. Flags of 1 are the default.
                Assert.Equal(plain, Trained(builder, Each(chat, m => RowValue.Map([KeyValuePair.Create("id7", RowValue.Of("7")), .. m.Fields.Reverse()]))));
                Assert.Equal(plain, Trained(builder, Each(chat, m => IsAssistant(m) ? m.With("weight", RowValue.Of(System.Numerics.BigInteger.One)) : m)));
                if (Trained(builder, Each(chat, m => IsAssistant(m) ? m.With("weight", RowValue.Of(System.Numerics.BigInteger.Zero)) : m)) is { } none) Assert.Empty(none);

                // The policies that choose turns choose among the same trained texts.
                var last = Trained(TemplateSet.Builder(entry, NamedPolicies.All["last"]), chat);
                var lastTurn = Trained(TemplateSet.Builder(entry, NamedPolicies.All["last_turn"]), chat);
                if (last is not null) Assert.All(last, text => Assert.Contains(Shape(text), plain.Select(Shape)));
                if (last is not null && lastTurn is not null && IsAssistant(chat.Messages[^1])) Assert.All(last, text => Assert.Contains(Shape(text), lastTurn.Select(Shape)));
            }, iter: Math.Max(1, ChatsPerTemplate / 8), print: c => $"{entry.Name}: {RowValue.List(c.Messages)}");
        }
    }

    /// <summary>Consecutive answers that a template writes as one turn, and an empty answer that no prompt leads to: an invariant once failed on each.</summary>
    [Theory]
    [InlineData("""[{"role":"assistant","content":"a <|return|>"},{"role":"system","content":"s"},{"role":"assistant","content":"<end_of_turn>"},{"role":"assistant","content":""},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]""")]
    [InlineData("""[{"role":"assistant","content":""},{"role":"assistant","content":""},{"role":"user","content":"c"},{"role":"assistant","content":""},{"role":"assistant","content":"d"}]""")]
    public void Answers_without_a_question_are_refused_or_sound_in_every_template(string messages)
    {
        var chat = new ConversationExample(new RowOrigin("chats.jsonl", 1)) { Messages = RowValue.Parse(messages).Items };
        var proved = 0;
        foreach (var entry in TemplateSet.All)
        {
            try
            {
                Check(entry, TemplateSet.Builder(entry, TrainPolicy.Assistant).Explain(chat), chat);
                proved++;
            }
            catch (MaskException e) when (!Never.Contains(e.Fault))
            {
                // Refused with a reason.
            }
        }

        Assert.InRange(proved, 1, TemplateSet.All.Count);
    }

    private static void Check(TemplateSet.Entry entry, IReadOnlyList<TokenExplanation> examples, ConversationExample chat)
    {
        MaskInvariants.EachTurnIsTrainedOnce(examples);
        Assert.Equal(
            chat.Messages.Select((m, i) => (m, i)).Where(m => IsAssistant(m.m)).Select(m => m.i), examples.SelectMany(e => e.Example.TrainedMessages));
        foreach (var e in examples)
        {
            MaskInvariants.OriginsAreTrue(e.Example, chat);
            MaskInvariants.OnlyTrainedMessagesAreTrained(e.Example);
            MaskInvariants.SpansAreOrderedWithOneStop(e.Example);
            MaskInvariants.EveryExampleIsFaithful(e.Example, chat, entry.Template.Render, bodies => Forms(entry, chat, bodies));
            MaskInvariants.TokensAreSound(e);
        }
    }

    private static RowValue[] Forms(TemplateSet.Entry entry, ConversationExample chat, IReadOnlyList<RowValue> bodies)
    {
        var conversation = new Conversation(chat.Origin, [.. bodies.Select((b, i) => new Message(i, b.Find("role")!.Text, b, MessageFlags.None))]);
        return [.. conversation.Messages.Select(m => entry.Forms.Adapt(conversation, m, []).Body)];
    }

    /// <summary>Null when the row is refused.</summary>
    private static string[]? Trained(SequenceBuilder builder, ConversationExample chat)
    {
        try
        {
            return MaskInvariants.TrainedText(builder.Explain(chat));
        }
        catch (MaskException)
        {
            return null;
        }
    }

    /// <summary>Message and channel; the words around a turn may depend on which other turns are in the example (a stop that is lent or appended, an empty thinking block).</summary>
    private static string Shape(string trained) => string.Join('/', trained.Split('/').Take(2));

    private static bool IsAssistant(RowValue message) => message.Find("role")!.Text == "assistant";

    private static ConversationExample Each(ConversationExample chat, Func<RowValue, RowValue> change) => chat with { Messages = [.. chat.Messages.Select(change)] };
}
