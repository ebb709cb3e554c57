namespace TrlSharp.Sequences.Replies;

/// <summary>What a part of a sampled answer is.</summary>
public enum ReplyChannel
{
    /// <summary>The answer.</summary>
    Content,

    /// <summary>Reasoning between thinking markers.</summary>
    Thinking,

    /// <summary>A tool call between its markers.</summary>
    ToolCall,
}
