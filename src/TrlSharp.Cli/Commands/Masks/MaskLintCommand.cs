using System.CommandLine;
using TrlSharp.Inspection;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask lint</c>: what a template does, found by rendering with it, and where its generation tags are wrong.</summary>
internal static class MaskLintCommand
{
    /// <summary>What templates are told that ask for the date; any will do to look at them.</summary>
    private static readonly DateTime SomeDay = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    public static Command Create(Terminal terminal)
    {
        var templates = new Argument<string[]>("template")
        {
            Description = "Template files, models (folders, or names in the hub's cache), or built-in names. Default: the model's own.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("lint", "Print the card of each template: what it takes, writes and drops, its stops and modes, and tags that train what no model samples.") { templates };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            string?[] given = parsed.GetValue(templates) ?? [];
            if (given.Length == 0) given = [null];
            foreach (var template in given)
            {
                if (given.Length > 1) terminal.Line(template!);
                foreach (var name in options.TemplateNames(parsed, template))
                {
                    var setup = options.Begin(terminal, parsed, template: template, date: SomeDay, templateName: name);
                    if (name is not null) terminal.Line($"template \"{name}\"");
                    terminal.Out.Write(TemplateLint.Inspect(setup.Builder).ToString());
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
