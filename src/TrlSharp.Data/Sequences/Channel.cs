namespace TrlSharp.Sequences;

/// <summary>What a character of a sampled span is.</summary>
public enum Channel
{
    /// <summary>Not sampled: context.</summary>
    None,

    /// <summary>Reasoning, from its own field or between thinking markers.</summary>
    Thinking,

    /// <summary>A thinking block without any reasoning in it, written by the template.</summary>
    EmptyThinking,

    /// <summary>The answer.</summary>
    Content,

    /// <summary>Name, id and framing of a tool call.</summary>
    ToolName,

    /// <summary>Arguments of a tool call.</summary>
    ToolArguments,

    /// <summary>The stop token.</summary>
    Stop,
}
