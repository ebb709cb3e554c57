namespace TrlSharp.Inspection;

/// <summary>What a piece of terminal text means; the terminal chooses the colour. Brackets say the same without colour.</summary>
public enum TextTone
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>Context that is not trained.</summary>
    Context,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>Brackets, rulers and labels.</summary>
    Frame,

    /// <summary>Trained answer.</summary>
    Content,

    /// <summary>Trained reasoning.</summary>
    Thinking,

    /// <summary>Trained tool call.</summary>
    Tool,

    /// <summary>Trained stop token.</summary>
    Stop,

    /// <summary>Something to look at.</summary>
    Warning,
}
