using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace TrlSharp.Cli;

/// <summary>What is wrong with a command line, in one line, with the nearest name that exists.</summary>
internal static class UsageErrors
{
    /// <summary>Null when the command line is fine.</summary>
    public static string? Describe(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return null;
        var command = parsed.CommandResult.Command;
        var path = CommandPath(parsed.CommandResult);
        foreach (var token in parsed.UnmatchedTokens)
        {
            var isOption = token.StartsWith('-');
            var name = isOption ? token.Split('=')[0] : token;
            var known = isOption
                ? command.Options.Append(new HelpOption()).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(o => o.StartsWith("--", StringComparison.Ordinal))
                : command.Subcommands.Select(c => c.Name);
            var nearest = NearestName.Find(name, known);
            var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            var hint = nearest is null ? $"See {path} --help." : $"Did you mean {nearest}?";
            return $"error: {path}: unknown {kind} '{name}'. {hint}";
        }

        return $"error: {path}: {parsed.Errors[0].Message} See {path} --help.";
    }

    private static string CommandPath(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names);
    }
}
