using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>What must hold for every template and conversation; each method throws with what it saw when it does not.</summary>
internal static class MaskInvariants
{
    /// <summary>Origins tile the text, and exact ones are the source's own characters.</summary>
    public static void OriginsAreTrue(ProvedExample example, ConversationExample chat)
    {
        var at = 0;
        foreach (var span in example.Spans)
        {
            Assert.Equal(at, span.Start);
            Assert.True(span.End > span.Start);
            at = span.End;
            if (span.Origin.Kind != OriginKind.Data || !span.Exact || span.Origin.Path is not ("content" or "reasoning_content")) continue;
            var message = chat.Messages[example.MessageIndices[span.Origin.Message]];
            if (message.Find(span.Origin.Path) is { Kind: RowValueKind.String } source)
                Assert.Equal(source.Text[span.SourceStart..span.SourceEnd], example.Text[span.Start..span.End]);
        }

        Assert.Equal(example.Text.Length, at);
    }

    /// <summary>Trained characters are data of a trained message, or template text inside that message's own sampled span.</summary>
    public static void OnlyTrainedMessagesAreTrained(ProvedExample example)
    {
        foreach (var weighted in example.Weights.Where(w => w.Weight > 0))
        {
            Assert.Contains(weighted.Message, example.TrainedMessages);
            foreach (var span in example.Spans)
                if (span.Start < weighted.End && span.End > weighted.Start && span.Origin.Kind == OriginKind.Data)
                    Assert.Equal(weighted.Message, example.MessageIndices[span.Origin.Message]);
        }
    }

    /// <summary>Spans are ordered and disjoint; each trained assistant turn ends in exactly one stop, or is flagged.</summary>
    public static void SpansAreOrderedWithOneStop(ProvedExample example)
    {
        var at = 0;
        foreach (var w in example.Weights)
        {
            Assert.True(w.Start >= at && w.End > w.Start);
            at = w.End;
        }

        foreach (var turn in example.Weights.GroupBy(w => w.Message))
        {
            var role = example.MessageRoles[example.MessageIndices.ToList().IndexOf(turn.Key)];
            if (role != "assistant") continue;
            var stops = turn.Count(w => w.Channel == Channel.Stop);
            var flagged = example.Findings.Any(f => f.Fault == MaskFault.NoStop);
            Assert.True(stops == 1 || (stops == 0 && flagged), $"{stops} stops in message {turn.Key}");
            if (stops == 1) Assert.Equal(Channel.Stop, turn.Last().Channel);
        }
    }

    /// <summary>Each trained message of the row is trained in exactly one example.</summary>
    public static void EachTurnIsTrainedOnce(IReadOnlyList<TokenExplanation> examples)
    {
        var turns = examples.SelectMany(e => e.Example.TrainedMessages).ToArray();
        Assert.Equal(turns.Distinct(), turns);
    }

    /// <summary>A span begins where the prompt ends that the template builds for it (C), and is what it writes after that prompt (P).</summary>
    public static void EveryExampleIsFaithful(
        ProvedExample example, ConversationExample chat, Func<RenderRequest, RenderedConversation> render, Func<IReadOnlyList<RowValue>, RowValue[]>? forms = null)
    {
        var bodies = chat.Messages.Select(m => RowValue.Map([.. m.Fields.Where(f => f.Key is not ("weight" or "train"))])).ToArray();
        bodies = forms?.Invoke(bodies) ?? bodies;
        for (var t = 0; t < example.TrainedMessages.Count; t++)
        {
            var message = example.TrainedMessages[t];
            if (example.MessageRoles[message] != "assistant" || example.Findings.Any(f => f.Fault == MaskFault.UnpromptedTurn && f.Message == message)) continue;
            var mode = example.Mode.Fields.Count == 0 ? null : example.Mode;
            var request = new RenderRequest { Messages = bodies[..message], AddGenerationPrompt = true, Kwargs = mode, Tools = chat.Tools, Now = new DateTime(2024, 7, 26) };
            var prompt = render(request).Text;
            Assert.StartsWith(prompt, example.Text, StringComparison.Ordinal);
            Assert.Equal(prompt.Length, example.SampledStarts[t]);
            if (example.Findings.Any(f => f.Fault == MaskFault.ContextComposed && f.Message == message)) continue;
            var produced = render(request with { Messages = bodies[..(message + 1)], AddGenerationPrompt = false }).Text;
            var end = example.Weights.Last(w => w.Message == message).End;
            var stop = example.Weights.Last(w => w.Message == message);
            var appended = example.Findings.Any(f => f.Fault == MaskFault.AppendedStop && f.Message == message);
            var length = (stop.Channel == Channel.Stop && (appended || produced.Length < end) ? stop.Start : end) - prompt.Length;
            length = Math.Min(length, produced.Length - prompt.Length);
            Assert.Equal(produced[prompt.Length..(prompt.Length + length)], example.Text[prompt.Length..(prompt.Length + length)]);
        }
    }

    /// <summary>Tokens tile the text; weights are finite, not negative, and 0 at the first token.</summary>
    public static void TokensAreSound(TokenExplanation e)
    {
        Assert.Equal(e.Tokens.Count, e.Weights.Count);
        if (e.Weights.Count > 0) Assert.Equal(0, e.Weights[0]);
        Assert.All(e.Weights, w => Assert.True(w >= 0 && float.IsFinite(w)));
        var covered = 0;
        foreach (var token in e.Tokens)
        {
            // A normaliser that composes (e + accent) gives the token the first character's range only, as the reference does.
            Assert.True(token.Start <= covered || e.Example.Text[covered..token.Start].All(c => char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark));
            covered = Math.Max(covered, token.End);
        }

        Assert.True(covered == e.Example.Text.Length || char.GetUnicodeCategory(e.Example.Text[^1]) == System.Globalization.UnicodeCategory.NonSpacingMark);
    }

    /// <summary>Text of the trained characters, span by span; what must not change when other things do.</summary>
    public static string[] TrainedText(IReadOnlyList<TokenExplanation> examples) =>
        [.. examples.SelectMany(e => e.Example.Weights.Where(w => w.Weight > 0).Select(w => FormattableString.Invariant($"{w.Message}/{w.Channel}/{w.Weight}/{e.Example.Text[w.Start..w.End]}")))];
}
