using TrlSharp.Conversations;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Sampled spans by other means than provenance, when asked for by name: generation tags, growing prefixes, or literal markers. The whole conversation is
/// one example and nothing is proved about its history.
/// </summary>
internal sealed class NamedSources(TrainPolicy policy, ConversationRenders renders, IReadOnlyList<MessageWeights> weights, IReadOnlyList<MessageForm> forms, SpanDerivation derivation)
{
    /// <returns>The span, or why there is none.</returns>
    public (SampledSpan? Span, RowFault? Fault) Locate(int index, RenderIndex text) => policy.MaskSource switch
    {
        MaskSource.Tags => ByTags(index, text),
        MaskSource.Prefix => ByPrefix(index, text),
        _ => ByMarkers(index, text),
    };

    private (SampledSpan? Span, RowFault? Fault) ByTags(int index, RenderIndex text)
    {
        var (from, to) = Region(index, text);
        var tags = text.Rendered.GenerationSpans.Where(t => t.Start >= from && t.Start < Math.Max(to, from + 1) && t.End > t.Start).ToArray();
        if (tags.Length == 0)
            return (null, new(MaskFault.TagsDiffer, $"{weights[index].Message}: the template puts no generation tags around it. Use train.mask_source=provenance, which needs none."));
        var span = derivation.Derive(text, index, tags[0].Start, forms[index].Content);
        var end = tags[^1].End;
        if (end >= span.End) return (span, null);
        var kept = span.Segments.Where(s => s.Start < end).Select(s => s.End <= end ? s : s with { End = end }).ToArray();
        return (span with { StopStart = Math.Min(span.StopStart, end), End = end, Stop = end > span.StopStart ? span.Stop : StopKind.None, Segments = kept }, null);
    }

    private (SampledSpan? Span, RowFault? Fault) ByPrefix(int index, RenderIndex text)
    {
        try
        {
            var prompt = renders.Prompt(index).Text;
            return text.Text.StartsWith(prompt, StringComparison.Ordinal)
                ? (derivation.Derive(text, index, prompt.Length, forms[index].Content), null)
                : (null, new(MaskFault.PromptMismatch, $"{weights[index].Message}: its prompt is no prefix of the conversation. {TextDifference.Show("written", text.Text, "prompt", prompt)}"));
        }
        catch (TemplateException e)
        {
            return (null, new(MaskFault.TemplateRejected, $"{weights[index].Message}: the template refuses its prompt: {e.Message}"));
        }
    }

    /// <summary>The last marker before the message's own text. Markers are the template's text and role names, never content.</summary>
    private (SampledSpan? Span, RowFault? Fault) ByMarkers(int index, RenderIndex text)
    {
        var isAnswer = weights[index].Message.IsAssistant;
        var marker = isAnswer ? policy.ResponseTemplate! : policy.InstructionTemplate ?? "";
        if (marker.Length == 0) return (derivation.Derive(text, index, Math.Min(text.FirstData(index), text.Text.Length), forms[index].Content), null);
        var (from, to) = Region(index, text);
        var limit = text.FirstData(index) == int.MaxValue ? to : text.FirstData(index);
        for (var end = limit; end > 0;)
        {
            var at = text.Text.AsSpan(0, end).LastIndexOf(marker, StringComparison.Ordinal);
            if (at < 0 || at + marker.Length <= from - marker.Length || (index > 0 && at < LastDataBefore(index, text))) break;
            if (text.IsFraming(at, at + marker.Length)) return (derivation.Derive(text, index, at + marker.Length, forms[index].Content), null);
            end = at + marker.Length - 1;
        }

        return (null, new(MaskFault.MarkerAbsent, $"{weights[index].Message}: {TextDifference.Quote(marker)} does not stand before it. The template writes "
            + $"{TextDifference.Quote(text.Text.AsSpan(Math.Max(0, limit - 60), limit - Math.Max(0, limit - 60)))} there; correct the marker, or use train.mask_source=provenance."));
    }

    private static int LastDataBefore(int index, RenderIndex text)
    {
        for (var m = index - 1; m >= 0; m--)
            if (text.BodyEnd(m) >= 0) return text.BodyEnd(m);
        return 0;
    }

    /// <summary>Everything that the message's own iteration wrote.</summary>
    private static (int Start, int End) Region(int index, RenderIndex text)
    {
        int start = -1, end = text.Text.Length;
        foreach (var span in text.Spans)
        {
            if (span.Owner == index || RenderIndex.IsBody(span, index))
            {
                if (start < 0) start = span.Start;
                end = span.End;
            }
        }

        return (Math.Max(start, 0), end);
    }
}
