using TrlSharp.Rows;
using TrlSharp.Sequences.Proofs;

namespace TrlSharp.Sequences.Profiles;

/// <summary>What a template reads and writes, found by rendering small conversations with it.</summary>
internal sealed record TemplateProfile
{
    /// <summary>String content appears as it is.</summary>
    public required bool TakesStrings { get; init; }

    /// <summary>A list of text parts appears as its text.</summary>
    public required bool TakesParts { get; init; }

    /// <summary>Keys under which reasoning of the last turn appears, in the order of <see cref="Conversations.Message.ReasoningKeys"/>.</summary>
    public required IReadOnlyList<string> ReasoningKeys { get; init; }

    /// <summary>What stands directly around reasoning.</summary>
    public required ThinkingMarkers Markers { get; init; }

    /// <summary>Tool call arguments given as an object appear.</summary>
    public required bool TakesArgumentObjects { get; init; }

    /// <summary>Tool call arguments given as JSON text appear unescaped.</summary>
    public required bool TakesArgumentStrings { get; init; }

    /// <summary>What <c>content</c> must be in a message that only calls tools: null or empty; null (of C#) when the template takes no calls or does not mind.</summary>
    public required RowValue? ContentBesideCalls { get; init; }

    /// <summary>What the template writes between a tool call and the text of its result; empty when unknown.</summary>
    public required string BetweenCallAndResult { get; init; }

    /// <summary>What the template writes between an answer and the end of the text; empty when nothing.</summary>
    public required string AfterLastAnswer { get; init; }

    /// <summary>What the template writes between an answer and the next user message's text.</summary>
    public required string BetweenAnswerAndUser { get; init; }

    /// <summary>What <c>add_generation_prompt</c> adds; empty when nothing.</summary>
    public required string GenerationPrompt { get; init; }

    /// <summary>Candidates for template variables, the empty map first.</summary>
    public required IReadOnlyList<RowValue> Modes { get; init; }

    /// <summary>A system prompt of the template's own, when the row has none; empty when there is none.</summary>
    public required string DefaultSystemPrompt { get; init; }

    /// <summary>Whether the template asks for the date.</summary>
    public required bool WritesDate { get; init; }

    /// <summary>Whether the template takes a system message; null when nothing could be rendered.</summary>
    public required bool? TakesSystem { get; init; }
}
