using System.Globalization;
using TrlSharp.Sequences;
using TrlSharp.Templates;

namespace TrlSharp.Inspection;

/// <summary>Origins and channels in words.</summary>
internal static class MaskSourceText
{
    /// <summary><c>message 1 content[0..2]</c>, <c>template line 3</c>; empty when the row has no origins.</summary>
    public static string Of(ProvedExample example, int start, int end)
    {
        var sources = new List<string>();
        foreach (var span in example.Spans)
        {
            if (span.End <= start) continue;
            if (span.Start >= end) break;
            sources.Add(Of(example, span, Math.Max(start, span.Start), Math.Min(end, span.End)));
        }

        return string.Join(" + ", sources.Distinct());
    }

    /// <summary>The name of a channel as flags and reports write it.</summary>
    public static string Channel(Channel channel) => channel switch
    {
        Sequences.Channel.Thinking => "thinking",
        Sequences.Channel.EmptyThinking => "empty thinking",
        Sequences.Channel.Content => "content",
        Sequences.Channel.ToolName => "tool name",
        Sequences.Channel.ToolArguments => "tool arguments",
        Sequences.Channel.Stop => "stop",
        _ => "context",
    };

    /// <summary>Why characters outside every trained span have no weight.</summary>
    public static string WhyContext(ProvedExample example, int position)
    {
        foreach (var span in example.Spans)
        {
            if (span.End <= position) continue;
            if (span.GenerationPrompt) return "context: the generation prompt";
            var message = span.Origin.Kind == OriginKind.Data ? span.Origin.Message : span.Owner;
            if (message < 0 || message >= example.MessageIndices.Count) return "context: written by the template";
            message = example.MessageIndices[message];
            if (!example.TrainedMessages.Contains(message))
                return string.Create(CultureInfo.InvariantCulture, $"context: message {message} is not trained{(example.Part > 0 ? " in this example" : "")}");
            return span.Origin.Kind == OriginKind.Data
                ? string.Create(CultureInfo.InvariantCulture, $"context: {(span.Origin.Path == "role" ? "the role in the header of" : "part of")} message {message}, which the prompt supplies or another message quotes")
                : string.Create(CultureInfo.InvariantCulture, $"context: header of message {message}, or text after its stop");
        }

        return "context";
    }

    private static string Of(ProvedExample example, RenderedSpan span, int start, int end)
    {
        if (span.Origin.Kind != OriginKind.Data) return span.Origin.ToString();
        var message = span.Origin.Message < example.MessageIndices.Count ? example.MessageIndices[span.Origin.Message] : span.Origin.Message;
        var (from, to) = span.Exact ? (span.SourceStart + start - span.Start, span.SourceStart + end - span.Start) : (span.SourceStart, span.SourceEnd);
        return string.Create(CultureInfo.InvariantCulture, $"message {message} {span.Origin.Path}[{from}..{to}]");
    }
}
