using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Characters of a sampled span with one channel and one origin.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One past the last.</param>
/// <param name="Channel">What they are; <see cref="Channel.None"/> for what is inside the span but was not sampled.</param>
/// <param name="Source">The rendered run they belong to, for paths and source offsets.</param>
/// <param name="Call">Index of the tool call for its two channels; otherwise −1.</param>
internal readonly record struct ChannelSegment(int Start, int End, Channel Channel, RenderedSpan Source, int Call);
