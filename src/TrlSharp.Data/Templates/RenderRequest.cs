using TrlSharp.Rows;

namespace TrlSharp.Templates;

/// <summary>Everything a chat template can read.</summary>
public sealed record RenderRequest
{
    /// <summary>The conversation: a list of maps, as the template shall see them (loss flags already removed).</summary>
    public required IReadOnlyList<RowValue> Messages { get; init; }

    /// <summary>Tool definitions (a list), or null: the template then sees <c>none</c>, as in transformers.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Retrieval documents (a list), or null: the template then sees <c>none</c>, as in transformers.</summary>
    public RowValue? Documents { get; init; }

    /// <summary>Whether the template shall end with the header of the next assistant turn. Default false.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Leave the last message open, without its stop, for the model to continue. Default false.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further template variables (<c>enable_thinking</c> …): a map, or null.</summary>
    public RowValue? Kwargs { get; init; }

    /// <summary>
    /// What <c>strftime_now</c> tells, already in the local time that templates print. Null: a template that asks for the time is refused by name,
    /// so that rendered data never depends on when it was made unless someone chose a date.
    /// </summary>
    public DateTime? Now { get; init; }

    /// <summary>
    /// <see cref="Messages"/> (at least as many) and <see cref="Tools"/> as values of the interpreter, where one conversation is rendered many times; null:
    /// they are made for this render. Values cannot be changed by a template.
    /// </summary>
    internal PreparedValues? Prepared { get; init; }

    /// <summary>Whether <see cref="RenderedConversation.Beginning"/> is wanted.</summary>
    internal bool KeepsBeginning { get; init; }

    /// <summary>Of a render under other variables, where this one can begin if both come to that place; null for none.</summary>
    internal RenderBeginning? Begun { get; init; }
}
