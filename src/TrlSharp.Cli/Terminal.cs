using System.Text;
using Spectre.Console;

namespace TrlSharp.Cli;

/// <summary>Where a command reads and writes: the standard streams, and whether a person watches them.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Faults and warnings.</param>
/// <param name="Ansi">Styled output; plain text when output is piped or <c>NO_COLOR</c> is set.</param>
/// <param name="IsInteractive">False when output is piped: progress is then printed as lines.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole Ansi, bool IsInteractive)
{
    /// <summary>Piped lines are not broken: other programs read them.</summary>
    private const int PlainWidth = 1 << 16;

    /// <summary>What the user types, or what is piped in.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether a person types, so that asking for a line makes sense.</summary>
    public bool IsTyped { get; init; }

    /// <summary>Ctrl-C and SIGTERM of the running command; null outside of one.</summary>
    public StopSignals? Signals { get; init; }

    /// <summary>The process's own streams, UTF-8 whatever the locale says.</summary>
    public static Terminal ForProcess()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return Create(Console.Out, Console.Error, interactive: !Console.IsOutputRedirected) with { In = Console.In, IsTyped = !Console.IsInputRedirected };
    }

    /// <summary>Plain streams, for tests and for output that goes to a file.</summary>
    public static Terminal Create(TextWriter output, TextWriter error, bool interactive)
    {
        var ansi = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!interactive) ansi.Profile.Width = PlainWidth;
        return new(output, error, ansi, interactive);
    }

    /// <summary>A line of plain text.</summary>
    public void Line(string text = "") => Out.WriteLine(text);
}
