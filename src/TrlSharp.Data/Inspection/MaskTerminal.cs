using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>
/// A row's examples as terminal text: every line of the example with a bar where something in it is trained, trained tokens in brackets with their channel.
/// What is shown are the weights of tokens, not of characters, so it is what the loss sees.
/// </summary>
public static class MaskTerminal
{
    /// <param name="explanations">From <see cref="SequenceBuilder.Explain"/>.</param>
    /// <param name="policy">Name of the policy, for the head line.</param>
    /// <param name="row">Name of the row, for the head line.</param>
    public static IReadOnlyList<TextPiece> Show(IReadOnlyList<TokenExplanation> explanations, string policy, string row)
    {
        ArgumentNullException.ThrowIfNull(explanations);
        var count = explanations.Count;
        var pieces = new List<TextPiece> { new($"{row}  policy {policy} · {count} example{(count == 1 ? "" : "s")}\n", TextTone.Heading) };
        for (var i = 0; i < count; i++)
        {
            var e = explanations[i];
            var trained = e.Weights.Count(w => w > 0);
            var mode = e.Example.Mode.Fields.Count == 0 ? "" : $" · mode {e.Example.Mode}";
            pieces.Add(new(string.Create(CultureInfo.InvariantCulture, $"example {i + 1}/{count} ── {e.Tokens.Count} tokens, {trained} trained{mode}\n"), TextTone.Frame));
            AddText(pieces, e);
            foreach (var finding in e.Example.Findings) pieces.Add(new($"   {finding.Fault.Code()}: {finding.Text}\n", TextTone.Warning));
        }

        return pieces;
    }

    /// <summary>Without colour; the brackets remain.</summary>
    public static string Plain(IEnumerable<TextPiece> pieces) => string.Concat(pieces.Select(p => p.Text));

    /// <summary>One sentence that tells why a token has its weight.</summary>
    /// <param name="explanation">The example.</param>
    /// <param name="token">0-based token.</param>
    public static string Why(TokenExplanation explanation, int token)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        if (token < 0 || token >= explanation.Tokens.Count) throw new ConfigException($"The example has no token {token}; it has {explanation.Tokens.Count}, counted from 0.");
        var (id, start, end) = explanation.Tokens[token];
        var text = start < end ? $" “{Visible(explanation.Example.Text[start..end])}”" : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"token {token}{text} (id {id}): weight {explanation.Weights[token]}");
        var source = MaskSourceText.Of(explanation.Example, start, end);
        return $"{head}{(source.Length == 0 ? "" : $" · {source}")} · {Reason(explanation, token)}";
    }

    internal static string Reason(TokenExplanation explanation, int token)
    {
        if (token == 0) return "nothing predicts the first token";
        if (explanation.Example.Everything) return "every token is trained";
        if (explanation.Reasons[token] is >= 0 and var span)
            return $"{MaskSourceText.Channel(explanation.Example.Weights[span].Channel)} · {explanation.Example.Weights[span].Reason}";
        return MaskSourceText.WhyContext(explanation.Example, explanation.Tokens[token].Start);
    }

    private static void AddText(List<TextPiece> pieces, TokenExplanation e)
    {
        if (e.Example.Text.Length == 0) return;
        var runs = TokenRuns.Of(e);
        var run = 0;
        for (var line = 0; line < e.Example.Text.Length;)
        {
            var end = e.Example.Text.IndexOf('\n', line);
            end = end < 0 ? e.Example.Text.Length : end + 1;
            while (run > 0 && runs[run].Start > line) run--;
            while (run < runs.Count && runs[run].End <= line) run++;
            AddLine(pieces, e, runs, run, line, end);
            line = end;
        }
    }

    private static void AddLine(List<TextPiece> pieces, TokenExplanation e, IReadOnlyList<TokenRun> runs, int run, int line, int end)
    {
        var first = pieces.Count;
        var any = false;
        for (; run < runs.Count && runs[run].Start < end; run++)
        {
            var r = runs[run];
            var text = Visible(e.Example.Text[Math.Max(r.Start, line)..Math.Min(r.End, end)]);
            if (r.Weight == 0)
            {
                pieces.Add(new(text, TextTone.Context));
                continue;
            }

            any = true;
            pieces.Add(new("[", TextTone.Frame));
            pieces.Add(new(text, Tone(r.Channel)));
            var weight = r.Weight == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"×{r.Weight}");
            pieces.Add(new($"]{(r.Channel == Channel.None ? "trained" : MaskSourceText.Channel(r.Channel))}{weight} ", TextTone.Frame));
        }

        pieces.Insert(first, new(any ? " ▌ " : " · ", TextTone.Frame));
        pieces.Add(new("\n", TextTone.Plain));
    }

    private static TextTone Tone(Channel channel) => channel switch
    {
        Channel.Thinking or Channel.EmptyThinking => TextTone.Thinking,
        Channel.ToolName or Channel.ToolArguments => TextTone.Tool,
        Channel.Stop => TextTone.Stop,
        _ => TextTone.Content,
    };

    /// <summary>Line ends, tabs and controls made visible.</summary>
    internal static string Visible(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        return string.Concat(text.Select(c => c switch
        {
            '\n' => "⏎",
            '\r' => "␍",
            '\t' => "⇥",
            _ when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            _ => c.ToString(),
        }));
    }
}
