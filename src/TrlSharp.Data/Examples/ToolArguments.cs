namespace TrlSharp.Examples;

/// <summary>What becomes of tool-call arguments that are written as a JSON string, as the OpenAI interface returns them.</summary>
public enum ToolArguments
{
    /// <summary>They reach the chat template as they are. What transformers and TRL do.</summary>
    AsGiven,

    /// <summary>They are parsed into objects; templates that write <c>arguments | tojson</c> or go through the fields need that.</summary>
    Parsed,
}
