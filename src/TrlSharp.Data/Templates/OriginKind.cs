namespace TrlSharp.Templates;

/// <summary>What kind of source a character of the rendered text came from.</summary>
public enum OriginKind
{
    /// <summary>A field of a message of the conversation.</summary>
    Data,

    /// <summary>Text written in the template.</summary>
    Literal,

    /// <summary>A value the environment supplies: a special token, the clock.</summary>
    Builtin,

    /// <summary>The tool definitions.</summary>
    Tools,

    /// <summary>The retrieval documents.</summary>
    Documents,

    /// <summary>Another template variable given by the caller.</summary>
    Kwarg,
}
