using TrlSharp.Sequences.Policies;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>From weights of characters to weights of tokens. A token across a border takes the least weight, unless the policy says otherwise.</summary>
internal static class TokenWeights
{
    public static (float[] Weights, int[] Reasons, int Straddling) Assign(ProvedExample example, ReadOnlySpan<EncodedToken> tokens, StraddleRule rule)
    {
        var weights = new float[tokens.Length];
        var reasons = new int[tokens.Length];
        Array.Fill(reasons, -1);
        var straddling = 0;
        if (example.Everything)
        {
            Array.Fill(weights, 1f);
        }
        else
        {
            var first = 0;
            ReadOnlySpan<WeightedSpan> spans = example.Weights is WeightedSpan[] array ? array : [.. example.Weights];
            for (var t = 0; t < tokens.Length; t++)
            {
                var token = tokens[t];
                while (first < spans.Length && spans[first].End <= token.Start) first++;
                if (first == spans.Length || token.End <= spans[first].Start) continue;
                if (spans[first].Start <= token.Start && token.End <= spans[first].End)
                {
                    (weights[t], reasons[t]) = (spans[first].Weight, first);
                    continue;
                }

                (weights[t], reasons[t], var mixed) = Weight(spans, first, token, rule);
                if (mixed) straddling++;
            }
        }

        if (weights.Length > 0) weights[0] = 0;
        return (weights, reasons, straddling);
    }

    private static (float Weight, int Reason, bool Mixed) Weight(ReadOnlySpan<WeightedSpan> spans, int first, EncodedToken token, StraddleRule rule)
    {
        var (weight, reason, mixed) = (0f, -1, false);
        var at = token.Start;
        for (var s = first; s < spans.Length && spans[s].Start < token.End; s++)
        {
            var span = spans[s];

            // A control token may swallow the white space beside it (rstrip, lstrip); it is still that control token.
            if (span.Channel == Channel.Stop && token.Start <= span.Start && span.End <= token.End) return (span.Weight, s, false);
            if (span.Start > at) Take(0, -1, at);
            Take(span.Weight, s, Math.Max(at, span.Start));
            at = Math.Min(span.End, token.End);
        }

        if (at < token.End) Take(0, -1, at);
        return (weight, reason, mixed);

        void Take(float next, int nextReason, int position)
        {
            if (position == token.Start)
            {
                (weight, reason) = (next, nextReason);
                return;
            }

            if (next == weight) return;
            mixed = true;
            if (rule == StraddleRule.Start || (rule == StraddleRule.Max ? next < weight : next > weight)) return;
            (weight, reason) = (next, nextReason);
        }
    }
}
