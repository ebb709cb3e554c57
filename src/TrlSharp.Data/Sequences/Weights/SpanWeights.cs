using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Proofs;

namespace TrlSharp.Sequences.Weights;

/// <summary>The weight of every character of one sampled span: base · channel · rule, with the ranges that a message names for itself.</summary>
/// <param name="policy">The rules.</param>
/// <param name="weights">The message's own part.</param>
/// <param name="form">Where the message's fields are in what the template saw.</param>
/// <param name="metadata">Other columns of the row.</param>
/// <param name="reasoningKept">Whether the template keeps this turn's reasoning in the whole conversation, for <c>thinking: last</c>.</param>
internal sealed class SpanWeights(TrainPolicy policy, MessageWeights weights, MessageForm form, RowValue? metadata, bool reasoningKept)
{
    private readonly TrainedRange[] _detail = Moved(form, weights.Flags.Detail);
    private readonly TrainedRange[] _parts = Moved(form, weights.Flags.Parts);

    /// <param name="text">The example's text.</param>
    /// <param name="span">The sampled span.</param>
    public List<WeightedSpan> Assign(string text, SampledSpan span)
    {
        var rules = policy.Rules.Count == 0 ? [] : Matches(text, span);
        var result = new List<WeightedSpan>();
        foreach (var segment in span.Segments)
        {
            if (segment.Channel == Channel.None) continue;
            if (rules.Count == 0 && _detail.Length == 0 && _parts.Length == 0)
            {
                var (whole, why) = Weight(segment, segment.Start, segment.End, rules);
                Add(result, new WeightedSpan(segment.Start, segment.End, weights.Message.Index, segment.Channel, whole, why));
                continue;
            }

            var cuts = Cuts(segment, rules);
            for (var i = 0; i + 1 < cuts.Count; i++)
            {
                var (weight, reason) = Weight(segment, cuts[i], cuts[i + 1], rules);
                Add(result, new WeightedSpan(cuts[i], cuts[i + 1], weights.Message.Index, segment.Channel, weight, reason));
            }
        }

        return result;
    }

    /// <summary>Neighbours that differ in nothing become one span.</summary>
    private static void Add(List<WeightedSpan> spans, WeightedSpan span)
    {
        if (spans.Count > 0 && spans[^1] is var last && last.End == span.Start && last.Channel == span.Channel && last.Weight == span.Weight && last.Reason == span.Reason)
            spans[^1] = last with { End = span.End };
        else
            spans.Add(span);
    }

    private List<int> Cuts(in ChannelSegment segment, List<RuleMatch> rules)
    {
        var cuts = new List<int> { segment.Start, segment.End };
        foreach (var range in _detail) AddCuts(cuts, segment, range);
        foreach (var range in _parts) AddCuts(cuts, segment, range);
        foreach (var match in rules)
        {
            if (match.Start > segment.Start && match.Start < segment.End) cuts.Add(match.Start);
            if (match.End > segment.Start && match.End < segment.End) cuts.Add(match.End);
        }

        if (cuts.Count == 2) return cuts;
        cuts.Sort();
        return [.. cuts.Distinct()];
    }

    private static void AddCuts(List<int> cuts, in ChannelSegment segment, TrainedRange range)
    {
        if (!segment.Source.Exact || segment.Source.Origin.Path != range.Field) return;
        var shift = segment.Source.Start - segment.Source.SourceStart;
        foreach (var at in (ReadOnlySpan<int>)[range.Start + shift, range.End + shift])
            if (at > segment.Start && at < segment.End) cuts.Add(at);
    }

    private (float Weight, string Reason) Weight(in ChannelSegment segment, int start, int end, List<RuleMatch> rules)
    {
        var (factor, switched) = weights.Factor(segment.Channel);
        var suffix = switched.Length == 0 ? "" : $" · {switched}";
        if (segment.Channel == Channel.Thinking && policy.ThinkingOnlyKept && !reasoningKept) return (0, "thinking=last: the template drops this turn's reasoning");
        if (weights.Flags.Detail.Count > 0)
        {
            if (segment.Channel == Channel.Stop && weights.Detailed("content"))
            {
                if (weights.Flags.Channels?.Stop is not null) return (factor, switched);
                var atEnd = DetailReachesEnd();
                return (atEnd * factor, $"train_detail {(atEnd > 0 ? "reaches" : "does not reach")} the end of the content{suffix}");
            }

            if (Field(segment) is { } field && weights.Detailed(field))
            {
                var weight = RangeWeight(_detail, segment, start, end);
                return ((weight ?? 0) * factor, weight is null ? $"outside train_detail{suffix}" : $"train_detail{suffix}");
            }
        }

        if (_parts.Length > 0 && RangeWeight(_parts, segment, start, end) is { } part)
            return Ruled(part * factor, string.Create(CultureInfo.InvariantCulture, $"content part: weight={part}{suffix}"), segment, start, rules);
        var (plain, reason) = weights.Of(segment.Channel, segment.Call);
        return Ruled(plain, reason, segment, start, rules);
    }

    private static (float Weight, string Reason) Ruled(float weight, string reason, in ChannelSegment segment, int start, List<RuleMatch> rules)
    {
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            var match = rules[i];
            if (start >= match.Start && start < match.End && match.Rule.Covers(segment.Channel) && (match.Call is null || match.Call == segment.Call))
                return (weight * match.Rule.Weight, string.Create(CultureInfo.InvariantCulture, $"{reason} · rules[{match.Number}]={match.Rule.Weight}"));
        }

        return (weight, reason);
    }

    /// <summary>The range weight over a piece; where a piece that cannot be cut is only partly covered, the least.</summary>
    private static float? RangeWeight(TrainedRange[] ranges, in ChannelSegment segment, int start, int end)
    {
        var source = segment.Source;
        if (!RenderIndex.IsTemplateText(source) && source.Exact)
        {
            var (from, to) = (start - source.Start + source.SourceStart, end - source.Start + source.SourceStart);
            foreach (var r in ranges)
                if (r.Field == source.Origin.Path && r.Start <= from && to <= r.End) return r.Weight;
            return null;
        }

        float? least = null;
        foreach (var r in ranges)
        {
            if (r.Field != source.Origin.Path || r.Start >= source.SourceEnd || r.End <= source.SourceStart) continue;
            var weight = r.Start <= source.SourceStart && source.SourceEnd <= r.End ? r.Weight : 0;
            least = Math.Min(least ?? weight, weight);
        }

        return least;
    }

    /// <summary>The field that a segment belongs to, for template text that of its channel.</summary>
    private static string? Field(in ChannelSegment segment)
    {
        if (!RenderIndex.IsTemplateText(segment.Source)) return segment.Source.Origin.Path.Split('[')[0].Split('.')[0] is "content" ? "content" : segment.Source.Origin.Path;
        return segment.Channel switch
        {
            Channel.Content => "content",
            Channel.Thinking => "reasoning_content",
            _ => null,
        };
    }

    private float DetailReachesEnd()
    {
        var content = form.Content.TrimEnd();
        var last = _detail.LastOrDefault(d => d.Field.StartsWith("content", StringComparison.Ordinal) && d.Weight > 0);
        return last.Field == "content" && last.End >= content.Length ? last.Weight : last.Field is not (null or "content") ? last.Weight : 0;
    }

    private List<RuleMatch> Matches(string text, SampledSpan span)
    {
        var matches = new List<RuleMatch>();
        for (var r = 0; r < policy.Rules.Count; r++)
        {
            var rule = policy.Rules[r];
            if (rule.Role is not null && rule.Role != weights.Message.Role) continue;
            if (rule.MetaField is not null && (metadata?.Find(rule.MetaField) is not { } column || RuleReader.AsText(column) != rule.MetaValue)) continue;
            foreach (var (start, end, call) in Runs(span, rule))
            {
                if (rule.Pattern is null) matches.Add(new(r, rule, start, end, call));
                else foreach (var m in rule.Pattern.EnumerateMatches(text.AsSpan(start, end - start))) matches.Add(new(r, rule, start + m.Index, start + m.Index + m.Length, call));
            }
        }

        return matches;
    }

    /// <summary>Runs of neighbouring segments that a rule speaks about; a rule for one tool has a run per call of it.</summary>
    private IEnumerable<(int Start, int End, int? Call)> Runs(SampledSpan span, WeightRule rule)
    {
        (int Start, int End, Channel Channel, int Call)? run = null;
        foreach (var s in span.Segments)
        {
            if (!rule.Covers(s.Channel) || (rule.Tool is not null && ToolName(s.Call) != rule.Tool)) continue;
            if (run is { } open && open.End == s.Start && open.Channel == s.Channel && open.Call == s.Call)
            {
                run = open with { End = s.End };
                continue;
            }

            if (run is { } done) yield return (done.Start, done.End, rule.Tool is null ? null : done.Call);
            run = (s.Start, s.End, s.Channel, s.Call);
        }

        if (run is { } last) yield return (last.Start, last.End, rule.Tool is null ? null : last.Call);
    }

    private string? ToolName(int call)
    {
        if (call < 0 || MessageBody.Items(form.Body, "tool_calls") is not { } calls || call >= calls.Count) return null;
        return (calls[call].Find("function") ?? calls[call]).Find("name") is { Kind: RowValueKind.String } name ? name.Text : null;
    }

    private static TrainedRange[] Moved(MessageForm form, IReadOnlyList<TrainedRange> ranges) =>
        ranges.Count == 0 ? [] : [.. ranges.Select(form.Move).Where(r => r is not null).Select(r => r!.Value)];

    private readonly record struct RuleMatch(int Number, WeightRule Rule, int Start, int End, int? Call);
}
