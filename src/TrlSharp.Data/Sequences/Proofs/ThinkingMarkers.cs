namespace TrlSharp.Sequences.Proofs;

/// <summary>Texts between which reasoning stands inside a message or a template.</summary>
internal sealed class ThinkingMarkers
{
    /// <summary>Qwen/DeepSeek/R1 and most; Mistral; Cohere; Seed-OSS; Gemma 4; Apertus; Phi-4-reasoning style and others.</summary>
    private static readonly (string Open, string Close)[] Common =
    [
        ("<think>", "</think>"), ("[THINK]", "[/THINK]"), ("<|START_THINKING|>", "<|END_THINKING|>"), ("<seed:think>", "</seed:think>"),
        ("<|channel>thought", "<channel|>"), ("<|inner_prefix|>", "<|inner_suffix|>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>"),
        ("<reasoning>", "</reasoning>"), ("<think_fast>", "</think_fast>"), ("<think_faster>", "</think_faster>"), ("<longcat_think>", "</longcat_think>"),
    ];

    private readonly (string Open, string Close)[] _pairs;

    /// <summary>The pairs that templates are known to use.</summary>
    public static IReadOnlyList<(string Open, string Close)> Known => Common;

    /// <param name="found">The pair that the template writes around a reasoning field, if it has one.</param>
    public ThinkingMarkers((string Open, string Close)? found = null) =>
        _pairs = found is { } pair && pair.Open.Length > 1 && pair.Close.Length > 1 && !Common.Contains(pair) ? [pair, .. Common] : Common;

    /// <summary>
    /// End of the reasoning that a content begins with, markers and the white space after them included; 0 when it begins with none. A closing marker
    /// without an opening one counts when the prompt has supplied the opening one.
    /// </summary>
    public int LeadingThinking(string content, ReadOnlySpan<char> prompt)
    {
        var text = content.AsSpan().TrimStart();
        var given = prompt.TrimEnd();
        foreach (var (open, close) in _pairs)
        {
            if (!text.StartsWith(open, StringComparison.Ordinal) && !given.EndsWith(open, StringComparison.Ordinal)) continue;
            var at = content.IndexOf(close, StringComparison.Ordinal);
            if (at < 0) continue;
            at += close.Length;
            while (at < content.Length && char.IsWhiteSpace(content[at])) at++;
            return at;
        }

        return 0;
    }

    /// <summary>End of the first closing marker and the white space after it; −1 when there is none.</summary>
    public int ClosingEnd(ReadOnlySpan<char> text)
    {
        var best = -1;
        foreach (var (_, close) in _pairs)
        {
            var at = text.IndexOf(close, StringComparison.Ordinal);
            if (at < 0) continue;
            at += close.Length;
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            best = best < 0 ? at : Math.Min(best, at);
        }

        return best;
    }

    /// <summary>
    /// Range of a block that holds white space only, with the white space that follows it; null when there is none. The opening marker may be the end of
    /// the prompt.
    /// </summary>
    public (int Start, int End)? EmptyBlock(string text, ReadOnlySpan<char> prompt)
    {
        var given = prompt.TrimEnd();
        foreach (var (open, close) in _pairs)
        {
            if (given.EndsWith(open, StringComparison.Ordinal) && text.AsSpan().TrimStart().StartsWith(close, StringComparison.Ordinal)) return (0, ClosingEnd(text));
            var start = text.IndexOf(open, StringComparison.Ordinal);
            if (start < 0) continue;
            var inside = start + open.Length;
            var closing = text.IndexOf(close, inside, StringComparison.Ordinal);
            if (closing < 0 || !text.AsSpan(inside, closing - inside).IsWhiteSpace()) continue;
            var end = closing + close.Length;
            while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            return (start, end);
        }

        return null;
    }

    /// <summary>Whether a text, apart from white space, is made of markers only.</summary>
    public bool IsMarkers(ReadOnlySpan<char> text)
    {
        for (text = text.Trim(); text.Length > 0; text = text.Trim())
        {
            var length = 0;
            foreach (var (open, close) in _pairs)
            {
                if (text.StartsWith(open, StringComparison.Ordinal)) length = Math.Max(length, open.Length);
                if (text.StartsWith(close, StringComparison.Ordinal)) length = Math.Max(length, close.Length);
            }

            if (length == 0) return false;
            text = text[length..];
        }

        return true;
    }
}
