using System.Text;
using CsCheck;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>
/// Content made of the template's own control strings changes no weight elsewhere: 2,000 contents here, 100,000 with TRLSHARP_NIGHTLY=1. Templates that
/// read content (Qwen 3 takes a user text that begins with &lt;tool_response> for a tool result) write other text around other messages; then the row is
/// proved for that text, and this test only counts it.
/// </summary>
public sealed class InjectionTests(ITestOutputHelper output)
{
    private static readonly int PerTemplate = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 400 : 8;

    [Fact]
    public void Control_strings_in_a_message_change_no_weight_of_another()
    {
        long same = 0, refused = 0, content = 0;
        foreach (var entry in TemplateSet.All)
        {
            var builder = TemplateSet.Builder(entry, TrainPolicy.Assistant);
            var control = TemplateTokenizer.For(entry.Template.Source).AddedTokens.Select(t => t.Content).ToArray();
            Gen.Select(Gen.Int[0, 3], ChatGenerator.Soup(control), Gen.OneOf(ChatGenerator.Soup(control), ChatGenerator.Plain)).Sample((at, soup, other) =>
            {
                var chat = ChatGenerator.Example([ChatGenerator.Message("user", "one"), ChatGenerator.Message("assistant", "two " + other), ChatGenerator.Message("user", "three"), ChatGenerator.Message("assistant", "four")]);
                var injected = chat with { Messages = [.. chat.Messages.Select((m, i) => i == at ? m.With("content", RowValue.Of(soup)) : m)] };
                if (Explain(builder, chat) is not { } before || Explain(builder, injected) is not { } after)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                var differ = !Others(before, at).SequenceEqual(Others(after, at));
                if (differ) Assert.True(Reads(entry, chat, injected, at), $"{entry.Name}: {string.Join("; ", Others(before, at))} became {string.Join("; ", Others(after, at))}");
                Interlocked.Increment(ref differ ? ref content : ref same);
                foreach (var e in after)
                    for (var t = 0; t < e.Tokens.Count; t++)
                        if (e.Weights[t] > 0) Assert.Contains(e.Reasons[t] >= 0 ? e.Example.Weights[e.Reasons[t]].Message : -1, e.Example.TrainedMessages);
            }, iter: PerTemplate, print: t => $"{entry.Name}: message {t.Item1} says {RowValue.Of(t.Item2)}");
        }

        output.WriteLine($"{same} contents changed nothing elsewhere, {content} made the template write other text, {refused} rows were refused");
        Assert.True(same > 10 * content);
    }

    /// <summary>This template's prompt does not go on as its history does, so prompt and turn are put together where the generation prompt stands: the one that the template wrote.</summary>
    [Fact]
    public void A_user_who_ends_with_the_generation_prompt_opens_no_turn()
    {
        var chat = ChatGenerator.Example([ChatGenerator.Message("user", "x</s><#bot#>"), ChatGenerator.Message("assistant", "four")]);
        var example = Assert.Single(TemplateSet.Builder(TemplateSet.Find("vllm__template_inkbot"), TrainPolicy.Assistant).Explain(chat)).Example;
        Assert.Equal("four", example.Text[example.Weights[0].Start..example.Weights[0].End]);
    }

    /// <summary>Whether the template itself writes something else around the other messages.</summary>
    private static bool Reads(TemplateSet.Entry entry, ConversationExample first, ConversationExample second, int at)
    {
        for (var count = 1; count <= first.Messages.Count; count++)
            foreach (var prompt in (bool[])[false, true])
                if (Around(entry, first, count, prompt, at) != Around(entry, second, count, prompt, at)) return true;
        return false;
    }

    private static string Around(TemplateSet.Entry entry, ConversationExample chat, int count, bool prompt, int at)
    {
        try
        {
            var messages = chat.Messages.Take(count).ToArray();
            var conversation = new Conversation(chat.Origin, [.. messages.Select((m, i) => new Message(i, m.Find("role")!.Text, m, MessageFlags.None))]);
            var rendered = entry.Template.Render(new RenderRequest { Messages = [.. conversation.Messages.Select(m => entry.Forms.Adapt(conversation, m, []).Body)], AddGenerationPrompt = prompt, Now = TemplateSet.Date });
            var around = new StringBuilder();
            foreach (var span in rendered.Spans)
                if (span.Origin.Kind != OriginKind.Data || span.Origin.Message != at) around.Append(rendered.Text, span.Start, span.Length);
            return around.ToString();
        }
        catch (TemplateException e)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> Others(IReadOnlyList<TokenExplanation> examples, int at)
    {
        var own = FormattableString.Invariant($"{at}/");
        return MaskInvariants.TrainedText(examples).Where(t => !t.StartsWith(own, StringComparison.Ordinal));
    }

    private static IReadOnlyList<TokenExplanation>? Explain(SequenceBuilder builder, ConversationExample chat)
    {
        try
        {
            return builder.Explain(chat);
        }
        catch (MaskException)
        {
            return null;
        }
    }
}
