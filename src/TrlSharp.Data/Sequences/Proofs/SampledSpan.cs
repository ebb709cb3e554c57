namespace TrlSharp.Sequences.Proofs;

/// <summary>What an engine would have generated for one message: from the end of its prompt to and including the stop.</summary>
/// <param name="Message">The message, counted in the render.</param>
/// <param name="Start">First sampled character.</param>
/// <param name="StopStart">First character of the stop; <paramref name="End"/> when there is none.</param>
/// <param name="End">One past the last sampled character.</param>
/// <param name="Stop">Where the stop comes from.</param>
/// <param name="Segments">Tile the span in order.</param>
internal sealed record SampledSpan(int Message, int Start, int StopStart, int End, StopKind Stop, IReadOnlyList<ChannelSegment> Segments)
{
    /// <summary>Whether the template wrote a thinking block with nothing in it as part of what would be sampled.</summary>
    public bool HasEmptyThinking => Segments.Any(s => s.Channel == Channel.EmptyThinking);
}
