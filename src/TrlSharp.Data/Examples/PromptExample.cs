using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A prompt that the model itself shall answer: a string, or a list of message maps that ends before an assistant's turn.</summary>
public sealed record PromptExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>A string or a list of messages.</summary>
    public required RowValue Prompt { get; init; }

    /// <summary>Whether the prompt is messages, for a chat template, and not a plain string.</summary>
    public bool IsConversational => Prompt.Kind == RowValueKind.List;

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Further template variables of this row, or null.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Other columns (reference answers, test cases: what rewards look at), or null.</summary>
    public RowValue? Metadata { get; init; }
}
