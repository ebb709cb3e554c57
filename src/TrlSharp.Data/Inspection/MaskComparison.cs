using TrlSharp.Sequences;
using TrlSharp.Templates;

namespace TrlSharp.Inspection;

/// <summary>What two policies, or two templates, train of the same row, message by message.</summary>
public static class MaskComparison
{
    /// <summary>The trained text of a row, in order of its messages, however it was split into examples.</summary>
    public static IReadOnlyList<TrainedPiece> Pieces(IReadOnlyList<TokenExplanation> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var pieces = new List<TrainedPiece>();
        foreach (var e in examples)
        {
            var span = 0;
            for (var t = 0; t < e.Tokens.Count; t++)
            {
                var token = e.Tokens[t];
                while (span < e.Example.Spans.Count && e.Example.Spans[span].End <= token.Start) span++;
                if (e.Weights[t] == 0) continue;
                var reason = e.Reasons[t];
                var message = reason >= 0 ? e.Example.Weights[reason].Message : MessageAt(e.Example, span);
                var channel = reason >= 0 ? MaskSourceText.Channel(e.Example.Weights[reason].Channel) : "text";
                var joins = t > 0 && e.Weights[t - 1] == e.Weights[t] && pieces.Count > 0 && pieces[^1].Message == message && pieces[^1].Channel == channel;
                if (joins) pieces[^1] = pieces[^1] with { Text = pieces[^1].Text + TextOf(e, t), Tokens = pieces[^1].Tokens + 1 };
                else pieces.Add(new TrainedPiece(message, channel, TextOf(e, t), e.Weights[t], 1));
            }
        }

        return [.. pieces.OrderBy(p => p.Message)];
    }

    /// <summary>Lines such as <c>message 3: A trains [42]content [&lt;|im_end|&gt;]stop; B nothing</c>; empty when both train the same text with the same weights.</summary>
    /// <param name="first">One row's examples.</param>
    /// <param name="firstName">What to call them.</param>
    /// <param name="second">The same row otherwise.</param>
    /// <param name="secondName">What to call them.</param>
    public static IReadOnlyList<string> Differences(IReadOnlyList<TokenExplanation> first, string firstName, IReadOnlyList<TokenExplanation> second, string secondName)
    {
        var (a, b) = (ByMessage(first), ByMessage(second));
        var lines = new List<string>();
        foreach (var message in a.Keys.Union(b.Keys).Order())
        {
            var (left, right) = (a.GetValueOrDefault(message, "nothing"), b.GetValueOrDefault(message, "nothing"));
            if (left == right) continue;
            var name = message < 0 ? "text of no message" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"message {message}");
            lines.Add($"{name}: {firstName} trains {left}; {secondName} trains {right}");
        }

        return lines;
    }

    private static SortedDictionary<int, string> ByMessage(IReadOnlyList<TokenExplanation> examples) =>
        new(Pieces(examples).GroupBy(p => p.Message).ToDictionary(g => g.Key, g => string.Join(' ', g.Select(p => p.ToString()))));

    /// <summary>Bytes of one character share its range; the text is taken once.</summary>
    private static string TextOf(TokenExplanation e, int token)
    {
        var (_, start, end) = e.Tokens[token];
        return token > 0 && e.Tokens[token - 1].Start == start && e.Tokens[token - 1].End == end ? "" : e.Example.Text[start..end];
    }

    private static int MessageAt(ProvedExample example, int span)
    {
        if (span >= example.Spans.Count) return -1;
        var s = example.Spans[span];
        var message = s.Origin.Kind == OriginKind.Data ? s.Origin.Message : s.Owner;
        return message >= 0 && message < example.MessageIndices.Count ? example.MessageIndices[message] : -1;
    }
}
