using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences.Compatibility;

/// <summary>
/// Which tokens of a rendered text a collator of TRL would have trained: an emulation of its algorithm on our tokens, its defects included, to compare
/// with; never used for training.
/// </summary>
internal static class CollatorView
{
    /// <param name="rendered">The whole conversation, rendered once.</param>
    /// <param name="tokenizer">Special tokens are parsed wherever they are spelt, as these collators do.</param>
    /// <param name="options">Which collator.</param>
    /// <param name="origin">The row.</param>
    /// <param name="prompt">Of a prompt/completion row the rendered prompt, else null.</param>
    public static TokenExplanation Show(RenderedConversation rendered, Tokenizer tokenizer, CollatorOptions options, RowOrigin origin, string? prompt)
    {
        var tokens = tokenizer.Encode(rendered.Text);
        var ids = tokens.Select(t => t.Id).ToArray();
        var (trained, note) = options.Kind switch
        {
            CollatorKind.Trl when prompt is not null => BehindPrompt(tokenizer.Encode(prompt).Length, ids.Length),
            CollatorKind.Trl => (Enumerable.Repeat(true, ids.Length).ToArray(), "SFTTrainer's default on chats: every token is trained, the users' too"),
            CollatorKind.TrlAssistantOnly => ByTags(rendered, tokens),
            _ => ByMarkers(ids, tokenizer, options),
        };
        var example = new ProvedExample { Origin = origin, Text = rendered.Text, Spans = rendered.Spans, Findings = [new Finding(MaskFault.ComparedCollator, -1, note)] };
        return new TokenExplanation(example, tokens, [.. trained.Select((t, i) => t && i > 0 ? 1f : 0f)], [.. Enumerable.Repeat(-1, ids.Length)]);
    }

    /// <summary>A prompt/completion row: as many tokens as the prompt has by itself are masked, whatever they are in the whole.</summary>
    private static (bool[] Trained, string Note) BehindPrompt(int prompt, int tokens)
    {
        var trained = new bool[tokens];
        if (prompt < tokens) Array.Fill(trained, true, prompt, tokens - prompt);
        return (trained, "SFTTrainer's default on prompts and completions: every token behind as many as the prompt has by itself");
    }

    /// <summary>
    /// transformers: from the token of a span's first character to the token of its last character; a span whose first character has no token ends the
    /// search; a last character without one, or at token 0, runs to the end of the row.
    /// </summary>
    private static (bool[] Trained, string Note) ByTags(RenderedConversation rendered, EncodedToken[] tokens)
    {
        var trained = new bool[tokens.Length];
        if (rendered.GenerationSpans.Count == 0)
            return (trained, "assistant_only_loss=True refuses this template: it has no generation tags and TRL has no tagged twin of it built in here");
        foreach (var (start, end) in rendered.GenerationSpans)
        {
            if (TokenOf(tokens, start) is not { } first) return (trained, "a span begins at a character that no token covers; it and all later turns are left out");
            var last = TokenOf(tokens, end - 1) is > 0 and var t ? t + 1 : tokens.Length;
            for (var i = first; i < last; i++) trained[i] = true;
        }

        return (trained, "assistant_only_loss=True: what is inside the template's generation tags");
    }

    private static int? TokenOf(EncodedToken[] tokens, int position)
    {
        var at = Array.FindIndex(tokens, t => position >= t.Start && position < t.End);
        return at < 0 ? null : at;
    }

    private static (bool[] Trained, string Note) ByMarkers(int[] ids, Tokenizer tokenizer, CollatorOptions options)
    {
        if (options.ResponseTemplate is not { Length: > 0 } response)
            throw new ConfigException("completion_only_lm needs the response template that the collator was given (response_template).");
        var answer = tokenizer.Encode(response).Select(t => t.Id).ToArray();
        var trained = Enumerable.Repeat(true, ids.Length).ToArray();
        var answers = Occurrences(ids, answer).Select(i => i + answer.Length).ToArray();
        if (answers.Length == 0)
        {
            Array.Fill(trained, false);
            return (trained, $"the ids of {Proofs.TextDifference.Quote(response)} do not occur: tokens of a marker depend on what stands beside it. The whole row is masked, with a warning");
        }

        var note = "the last response marker of the row wins; earlier answers are context";
        if (options.InstructionTemplate is not { Length: > 0 } instruction) Array.Fill(trained, false, 0, answers[^1]);
        else note = MaskBetween(ids, tokenizer, instruction, answers, trained);
        if (tokenizer.PadTokenId is { } pad && ids.Contains(pad))
        {
            for (var i = 0; i < ids.Length; i++) trained[i] &= ids[i] != pad;
            note += "; tokens equal to the padding token are masked, wherever they are";
        }

        return (trained, note);
    }

    /// <summary>Masks from each question marker to the next answer marker, pairing the n-th with the n-th.</summary>
    private static string MaskBetween(int[] ids, Tokenizer tokenizer, string instruction, int[] answers, bool[] trained)
    {
        var question = tokenizer.Encode(instruction).Select(t => t.Id).ToArray();
        var questions = Occurrences(ids, question).ToList();
        if (questions.Count == 0)
        {
            Array.Fill(trained, false);
            return $"the ids of {Proofs.TextDifference.Quote(instruction)} do not occur; the whole row is masked, with a warning";
        }

        if (questions[0] > answers[0]) questions.Insert(0, 0);
        for (var i = 0; i < Math.Min(questions.Count, answers.Length); i++)
        {
            var from = i == 0 ? 0 : questions[i];
            if (from < answers[i]) Array.Fill(trained, false, from, answers[i] - from);
        }

        if (answers.Length < questions.Count) Array.Fill(trained, false, questions[^1], trained.Length - questions[^1]);
        return "everything between a response marker and the next instruction marker, whoever wrote it";
    }

    private static IEnumerable<int> Occurrences(int[] ids, int[] marker)
    {
        for (var i = 0; i + marker.Length <= ids.Length; i++)
            if (ids.AsSpan(i, marker.Length).SequenceEqual(marker)) yield return i;
    }
}
