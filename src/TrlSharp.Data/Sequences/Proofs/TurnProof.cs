namespace TrlSharp.Sequences.Proofs;

/// <summary>One trained message under one set of template variables: its prompt and the form in which a model would produce it.</summary>
internal sealed record TurnProof
{
    /// <summary>Position in the conversation as rendered.</summary>
    public required int Index { get; init; }

    /// <summary>The conversation up to and including the turn, which is the last of it: prompt and produced form. Null for messages of other roles, which no engine samples.</summary>
    public RenderIndex? Produced { get; init; }

    /// <summary>The produced form in <see cref="Produced"/>; what stands before it is the text that an engine holds when it samples the turn.</summary>
    public SampledSpan? Span { get; init; }

    /// <summary>Whether the template writes a thinking block with nothing in it as part of what would be sampled.</summary>
    public bool HasEmptyThinking => Span is { HasEmptyThinking: true };

    /// <summary>No engine would build the prompt, because no user message comes before.</summary>
    public bool Unprompted { get; init; }

    /// <summary>A fault of the turn that the policy's <c>on</c> table lets pass.</summary>
    public RowFault? Waived { get; init; }

    /// <summary>
    /// The prompt followed by the produced form, where no render holds both: the template rewrites what stands before the turn once the turn is there.
    /// Null where a render does.
    /// </summary>
    public RenderIndex? Composed { get; init; }

    /// <summary>Why the turn cannot be trained with these variables, or null.</summary>
    public RowFault? Fault { get; init; }
}
