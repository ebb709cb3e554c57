namespace TrlSharp.Templates;

/// <summary>
/// Limits on one render, because a downloaded template is a program of unknown intent. The defaults allow chats of several hundred turns and messages of
/// megabytes, and stop a hostile template in well under a second.
/// </summary>
public sealed record RenderBudget
{
    /// <summary>Statements, iterations and calls. Default 5,000,000.</summary>
    public long Steps { get; init; } = 5_000_000;

    /// <summary>Characters and list elements made by all operations together, the output included. Default 64 Mi.</summary>
    public long Characters { get; init; } = 64L << 20;

    /// <summary>Macros calling macros. Default 400.</summary>
    public int Depth { get; init; } = 400;
}
