namespace TrlSharp.Sequences.Proofs;

/// <summary>Where the stop of a sampled span comes from.</summary>
internal enum StopKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The template writes it with the turn.</summary>
    Own,

    /// <summary>It is the first token of the next message's header.</summary>
    Borrowed,

    /// <summary>It was appended to the text.</summary>
    Appended,
}
