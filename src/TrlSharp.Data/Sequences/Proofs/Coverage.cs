using System.Globalization;
using System.Runtime.InteropServices;
using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Every character of a trained field appears exactly once and in order. Outer white space may be trimmed, and thinking markers inside content may be
/// replaced by the template's own; anything else that is missing is an error, never a shorter answer.
/// </summary>
internal sealed class Coverage(RenderIndex render, int index, MessageWeights weights, MessageForm form, ThinkingMarkers markers)
{
    private static readonly string[] Printable = ["content", .. Message.ReasoningKeys];
    private const int FewParts = 8;
    private Dictionary<string, List<RenderedSpan>>? _byPath; // for messages with many fields

    /// <param name="start">Where the turn's prompt ends; tells whether the prompt opens the reasoning.</param>
    /// <param name="history">The history form is wanted: templates may leave reasoning out of it, and nothing else.</param>
    /// <returns>The first fault, or null.</returns>
    public RowFault? Check(int start, bool history = false)
    {
        if (Printed() is { } printed) return printed;
        var trainsThinking = weights.TrainsThinking && !history;
        if (weights.TrainsContent || trainsThinking)
        {
            var thinking = markers.LeadingThinking(form.Content, render.Text.AsSpan(0, start));
            if (form.Body.Find("content") is { Kind: RowValueKind.String } content)
                if (Field("content", content.Text, trainsThinking ? 0 : thinking, weights.TrainsContent ? content.Text.Length : thinking) is { } fault) return fault;
            var parts = MessageBody.Items(form.Body, "content");
            if (parts.Count > FewParts) _byPath = ByPath();
            for (var i = 0; i < parts.Count; i++)
                if (MessageBody.PartText(parts[i]) is { } text && weights.TrainsContent && parts[i].Kind == RowValueKind.Map
                    && Field(string.Create(CultureInfo.InvariantCulture, $"content[{i}].text"), text, 0, text.Length) is { } fault) return fault;
        }

        if (trainsThinking && Reasoning() is var (key, reasoning) && Field(key, reasoning, 0, int.MaxValue) is { } lost) return lost;
        return weights.TrainsTools ? Calls() : null;
    }

    private (string Key, string Text)? Reasoning()
    {
        foreach (var key in Message.ReasoningKeys)
            if (form.Body.Find(key) is { Kind: RowValueKind.String } value) return (key, value.Text);
        return null;
    }

    /// <summary>Null, numbers and containers printed the way Python prints them.</summary>
    private RowFault? Printed()
    {
        foreach (var key in Printable)
        {
            if (form.Body.Find(key) is not { } value || value.Kind == RowValueKind.String) continue;
            foreach (ref readonly var span in render.RunsOf(index))
            {
                if (span.Origin.Path != key || !RenderIndex.IsBody(span, index)) continue;
                if (value.IsNull && render.Text.AsSpan(span.Start, span.Length).SequenceEqual("None"))
                    return Fault(MaskFault.NullRendered, $"{key} is null and the template prints it as \"None\". Give the message a text, or use a template that knows messages without {key}.");
                if (value.Kind is RowValueKind.List or RowValueKind.Map && render.Text[span.Start] is '[' or '{')
                    return Fault(MaskFault.ContainerRendered, $"{key} is a {value.Kind.ToString().ToLowerInvariant()} and the template prints it as Python prints one. Give plain text.");
            }
        }

        return null;
    }

    /// <summary>Characters from..to of a field must be covered; the rest may be missing.</summary>
    private RowFault? Field(string path, string text, int from, int to)
    {
        to = Math.Min(to, text.Length);
        if (text.AsSpan(from, to - from).IsWhiteSpace()) return null;
        var (at, emitted) = (0, false);
        foreach (ref readonly var span in Written(path))
        {
            if (span.Origin.Path != path || !RenderIndex.IsBody(span, index)) continue;
            emitted = true;
            if (span.SourceStart < at && span.Exact && span.SourceEnd > span.SourceStart)
                return Fault(MaskFault.EmittedTwice, $"the template writes {path}[{span.SourceStart}..{Math.Min(at, span.SourceEnd)}] more than once; the model would be taught to repeat itself.");
            if (Missing(text, Math.Max(at, from), Math.Min(span.SourceStart, to)) is { } gap) return Partly(path, text, gap);
            at = Math.Max(at, span.SourceEnd);
        }

        if (!emitted)
            return markers.IsMarkers(text.AsSpan(from, to - from)) ? null : Fault(MaskFault.FieldDropped,
                $"the template does not write {path}, which is {text.Length} characters long. Use a template that writes it, remove it from the row, or train without it ({Without(path)}).");
        return Missing(text, Math.Max(at, from), to) is { } rest ? Partly(path, text, rest) : null;
    }

    private static string Without(string path) =>
        path.StartsWith("tool_calls", StringComparison.Ordinal) ? "train.tool_calls=off" : path.StartsWith("content", StringComparison.Ordinal) ? "\"weight\": 0 in the message" : "train.thinking=off";

    /// <summary>Where a field may stand: for one of many the spans of that path, for the few others all of the message's.</summary>
    private ReadOnlySpan<RenderedSpan> Written(string path) =>
        _byPath is null ? render.RunsOf(index) : _byPath.TryGetValue(path, out var spans) ? CollectionsMarshal.AsSpan(spans) : [];

    private Dictionary<string, List<RenderedSpan>> ByPath()
    {
        var byPath = new Dictionary<string, List<RenderedSpan>>(StringComparer.Ordinal);
        foreach (ref readonly var span in render.RunsOf(index))
        {
            if (!RenderIndex.IsBody(span, index)) continue;
            if (!byPath.TryGetValue(span.Origin.Path, out var spans)) byPath[span.Origin.Path] = spans = [];
            spans.Add(span);
        }

        return byPath;
    }

    /// <summary>A gap that is neither white space nor thinking markers; null when there is none.</summary>
    private (int Start, int End)? Missing(string text, int start, int end) =>
        start < end && !text.AsSpan(start, end - start).IsWhiteSpace() && !markers.IsMarkers(text.AsSpan(start, end - start)) ? (start, end) : null;

    private RowFault Partly(string path, string text, (int Start, int End) gap) => Fault(MaskFault.FieldPartlyRendered,
        $"the template leaves out {path}[{gap.Start}..{gap.End}], {TextDifference.Quote(text.AsSpan(gap.Start, Math.Min(60, gap.End - gap.Start)))}. "
        + "Move reasoning into reasoning_content if the template reads it, train without it, or use a template that writes it.");

    private RowFault? Calls()
    {
        var calls = MessageBody.Items(form.Body, "tool_calls");
        if (calls.Count == 0) return null;
        _byPath = ByPath();
        var paths = _byPath.Keys.ToArray();
        for (var i = 0; i < calls.Count; i++)
        {
            var function = calls[i].Find("function") is { Kind: RowValueKind.Map } inner ? inner : calls[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"tool_calls[{i}]") + (ReferenceEquals(function, calls[i]) ? "" : ".function");
            if (!Array.Exists(paths, p => p.StartsWith(path, StringComparison.Ordinal)))
                return Fault(MaskFault.FieldDropped, $"the template does not write tool_calls[{i}]. Use a template that knows tool calls, or write the call into content.");
            if (function.Find("name") is { Kind: RowValueKind.String } name && Field(path + ".name", name.Text, 0, int.MaxValue) is { } noName) return noName;
            if (function.Find("arguments") is { } arguments && Leaves(path + ".arguments", arguments) is { } noArguments) return noArguments;
        }

        return null;
    }

    private RowFault? Leaves(string path, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.Map:
                foreach (var (key, field) in value.Fields)
                    if (Leaves($"{path}.{key}", field) is { } fault) return fault;
                return null;
            case RowValueKind.List:
                for (var i = 0; i < value.Items.Count; i++)
                    if (Leaves(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), value.Items[i]) is { } fault) return fault;
                return null;
            case RowValueKind.String:
                return Field(path, value.Text, 0, int.MaxValue);
            case RowValueKind.Integer or RowValueKind.Real or RowValueKind.Boolean when !_byPath!.ContainsKey(path):
                return Fault(MaskFault.FieldDropped, $"the template does not write {path}, which is {value}.");
            default:
                return null;
        }
    }

    private RowFault Fault(MaskFault fault, string text) => new(fault, $"{weights.Message}: {text}");
}
