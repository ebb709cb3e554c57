using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TrlSharp.Cli;

/// <summary>The option <c>--help</c>; at the top level it also prints the table of exit codes.</summary>
internal static class HelpText
{
    public static HelpOption WithExitCodes()
    {
        var help = new HelpOption { Recursive = true };
        help.Action = new Action((HelpAction)help.Action!);
        return help;
    }

    /// <summary>Whether help was asked for: then nothing else of the command line matters.</summary>
    public static bool IsAsked(ParseResult parsed) => parsed.Action is Action or HelpAction;

    private sealed class Action(HelpAction inner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            if (parseResult.CommandResult.Command.Name == Commands.SftCommand.Name)
            {
                Commands.SftHelp.Print(parseResult.InvocationConfiguration.Output);
                return ExitCode.Done;
            }

            var code = inner.Invoke(parseResult);
            if (parseResult.CommandResult.Parent is not null) return code;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var (value, meaning) in ExitCode.Table) output.WriteLine($"  {value,3}  {meaning}");
            return code;
        }
    }
}
