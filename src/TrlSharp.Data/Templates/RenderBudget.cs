namespace TrlSharp.Templates;

/// <summary>
/// Limits on reading a template and on one render, because a downloaded template is a program of unknown intent. The defaults allow chats of hundreds of
/// turns and messages of megabytes, and stop a hostile template in well under a second and 200 MB.
/// </summary>
public sealed record RenderBudget
{
    /// <summary>Characters of the template's source. Default 256 Ki; the longest known templates have 40 thousand.</summary>
    public int SourceLength { get; init; } = 256 << 10;

    /// <summary>Statements, iterations and calls. Default 1,000,000, and 4,000 more for each message.</summary>
    public long Steps { get; init; } = 1_000_000;

    /// <summary>
    /// Characters and list elements read or made by all operations together, the output included. Default 16 Mi, and 64 more for each character of the
    /// conversation, tools, documents and variables.
    /// </summary>
    public long Characters { get; init; } = 16L << 20;

    /// <summary>Macros calling macros. Default 400.</summary>
    public int Depth { get; init; } = 400;
}
