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

    /// <summary>Spectre.Console's time to lay out a text grows with the square of its length.</summary>
    private const int StyledAtOnce = 2048;

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

    /// <summary>Text in a colour where there are colours; as it is elsewhere, however long its lines.</summary>
    public void Styled(string text, Style style)
    {
        if (!Ansi.Profile.Capabilities.Ansi)
        {
            Out.Write(text);
            return;
        }

        for (int from = 0, to; from < text.Length; from = to)
        {
            to = Math.Min(text.Length, from + StyledAtOnce);
            if (to < text.Length && char.IsHighSurrogate(text[to - 1])) to--;
            Ansi.Write(new Text(text[from..to], style));
        }
    }

    /// <summary>A line of plain text.</summary>
    public void Line(string text = "") => Out.WriteLine(text);
}
