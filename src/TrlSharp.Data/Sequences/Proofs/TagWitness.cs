using TrlSharp.Conversations;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// A second opinion on sampled spans where the template has <c>{% generation %}</c> tags. Hand-written tags often hold header text or white space behind
/// the stop, or leave the stop out; that is told. Tags that leave out or claim anything else contradict the derivation.
/// </summary>
internal static class TagWitness
{
    /// <returns>What differs, or null.</returns>
    public static (MaskFault Fault, string Text)? Compare(RenderIndex text, SampledSpan span)
    {
        if (text.Rendered.GenerationSpans.Count == 0) return null;
        var tags = text.Rendered.GenerationSpans.Where(t => t.Start < Math.Max(span.End, span.Start + 1) && t.End > span.Start).ToArray();
        if (tags.Length == 0)
            return HoldsBodyOf(text, span.Message, span.Start, span.End)
                ? (MaskFault.TagsDiffer, "the template's generation tags leave the whole turn out")
                : (MaskFault.TagsDifferInFraming, "the generation tags leave out the stop of an empty answer");
        var differences = new List<string>();
        if (tags[0].Start < span.Start)
        {
            var before = text.Text[tags[0].Start..span.Start];
            if (HoldsBodyOf(text, span.Message, tags[0].Start, span.Start)) return (MaskFault.TagsDiffer, $"the generation tags also hold {TextDifference.Quote(before)}, which the prompt supplies");
            differences.Add($"they hold {TextDifference.Quote(before)}, which the model never samples");
        }

        for (int at = span.Start, t = 0; at < span.End; t++)
        {
            var next = t < tags.Length ? Math.Max(at, Math.Min(tags[t].Start, span.End)) : span.End;
            if (at < next && HoldsBodyOf(text, span.Message, at, next))
                return (MaskFault.TagsDiffer, $"the generation tags leave out {TextDifference.Quote(text.Text.AsSpan(at, Math.Min(80, next - at)))}");
            if (at < next) differences.Add($"they leave out {TextDifference.Quote(text.Text.AsSpan(at, next - at))}");
            if (t >= tags.Length) break;
            at = Math.Max(next, tags[t].End);
        }

        if (tags[^1].End > span.End)
        {
            var after = text.Text[span.End..tags[^1].End];
            if (text.FirstDataFrom(span.Message + 1) < tags[^1].End) return (MaskFault.TagsDiffer, $"the generation tags run on into the next message: {TextDifference.Quote(after.AsSpan(0, Math.Min(80, after.Length)))}");
            differences.Add($"they hold {TextDifference.Quote(after)} after the stop");
        }

        return differences.Count == 0 ? null : (MaskFault.TagsDifferInFraming, $"the generation tags differ: {string.Join("; ", differences)}");
    }

    private static bool HoldsBodyOf(RenderIndex text, int message, int start, int end)
    {
        for (var s = text.SpanAt(start); s < text.Spans.Count && text.Spans[s].Start < end; s++)
            if (RenderIndex.IsBody(text.Spans[s], message)) return true;
        return false;
    }
}
