namespace TrlSharp.Cli.Chat;

/// <summary>What follows a slash command.</summary>
internal enum SlashOutcome
{
    /// <summary>The next line.</summary>
    Done,

    /// <summary>The line is no command but a message.</summary>
    Ask,

    /// <summary>An answer to the conversation as it stands.</summary>
    Answer,

    /// <summary>The end.</summary>
    Exit,
}
