using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace TrlSharp.Cli;

/// <summary>What is wrong with a command line, in one line, with the nearest name that exists.</summary>
internal static class UsageErrors
{
    private const string EndOfOptions = "--";

    /// <summary>Null when the command line is fine.</summary>
    /// <param name="parsed">The command line as parsed.</param>
    /// <param name="args">The same as typed.</param>
    public static string? Describe(ParseResult parsed, IReadOnlyList<string> args)
    {
        if (UnknownOption(parsed, args) is { } unknown) return unknown;
        if (parsed.Errors.Count == 0) return null;
        foreach (var token in parsed.UnmatchedTokens) return Unknown(parsed, token);
        return $"error: {Path(parsed)}: {parsed.Errors[0].Message} See {Path(parsed)} --help.";
    }

    /// <summary>An option that takes a list would take a misspelt option for one of its values: so every word that looks like an option must be one.</summary>
    private static string? UnknownOption(ParseResult parsed, IReadOnlyList<string> args)
    {
        var known = Options(parsed).ToHashSet(StringComparer.Ordinal);
        foreach (var arg in args.TakeWhile(a => a != EndOfOptions))
            if (arg.StartsWith(EndOfOptions, StringComparison.Ordinal) && !known.Contains(arg.Split('=')[0])) return Unknown(parsed, arg);
        return null;
    }

    private static string Unknown(ParseResult parsed, string token)
    {
        var isOption = token.StartsWith('-');
        var name = isOption ? token.Split('=')[0] : token;
        var command = parsed.CommandResult.Command;
        var nearest = NearestName.Find(name, isOption ? Options(parsed) : command.Subcommands.Select(c => c.Name));
        var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        var hint = nearest is null ? $"See {Path(parsed)} --help." : $"Did you mean {nearest}?";
        return $"error: {Path(parsed)}: unknown {kind} '{name}'. {hint}";
    }

    private static IEnumerable<string> Options(ParseResult parsed) => parsed.CommandResult.Command.Options
        .Append(new HelpOption()).Append(new VersionOption())
        .SelectMany(o => o.Aliases.Prepend(o.Name))
        .Where(o => o.StartsWith(EndOfOptions, StringComparison.Ordinal));

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names);
    }
}
