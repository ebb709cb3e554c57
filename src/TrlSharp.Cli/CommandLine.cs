using System.CommandLine;
using System.Globalization;
using TrlSharp.Cli.Commands;
using TrlSharp.Cli.Commands.Data;
using TrlSharp.Cli.Commands.Masks;
using TrlSharp.Cli.Commands.Templates;
using TrlSharp.Cli.Commands.Tokenizers;

namespace TrlSharp.Cli;

/// <summary>The command <c>trlsharp</c>: builds the tree of commands, runs one, and turns faults into one clear line and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">Without the program name.</param>
    /// <param name="terminal">Where to write.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal)
    {
        // Nothing that is printed or written depends on where it runs.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

        using var signals = new StopSignals(terminal.Error);
        var root = Build(terminal with { Signals = signals });
        var parsed = root.Parse(args);
        if (!HelpText.IsAsked(parsed) && UsageErrors.Describe(parsed, args) is { } usage)
        {
            await terminal.Error.WriteLineAsync(usage).ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            var code = await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                    Output = terminal.Out,
                    Error = terminal.Error,
                },
                signals.Token).ConfigureAwait(false);
            return signals.ExitCode ?? code;
        }
        catch (Exception e) when (Faults.Translate(e, signals) is { } fault)
        {
            await terminal.Error.WriteLineAsync(fault.Line).ConfigureAwait(false);
            return fault.ExitCode;
        }
    }

    // Not a RootCommand: that one calls itself after the executable file, whatever it is.
    private static Command Build(Terminal terminal)
    {
        var root = new Command("trlsharp", "Post-training of language models for .NET: exactly the tokens the model would have sampled are trained, and it is proved row by row.")
        {
            DemoCommand.Create(terminal),
            SftCommand.Create(terminal),
            DataCommand.Create(terminal),
            MaskCommand.Create(terminal),
            TemplateCommand.Create(terminal),
            TokenizerCommand.Create(terminal),
            GenerateCommand.Create(terminal),
            ChatCommand.Create(terminal),
            MergeCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            new VersionOption(),
            HelpText.WithExitCodes(),
        };
        return root;
    }
}
