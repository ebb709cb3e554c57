namespace TrlSharp.Examples;

/// <summary>What to do with a row that can be read in two ways, for example <c>text</c> beside <c>messages</c>.</summary>
public enum Ambiguity
{
    /// <summary>Refuse it, showing both readings.</summary>
    Error,

    /// <summary>TRL's silent precedence: tokens, then prompt and completion, then messages, then text, then the other formats.</summary>
    Trl,
}
