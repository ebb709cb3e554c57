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
        var template = new Argument<string?>("template") { Description = "A template file, a model folder, or a built-in name. Default: the model's own.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("lint", "Print a template's card: what it takes, writes and drops, its stops and modes, and tags that train what no model samples.") { template };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(template);
            foreach (var name in options.TemplateNames(parsed, given))
            {
                var setup = options.Begin(terminal, parsed, template: given, date: SomeDay, templateName: name);
                if (name is not null) terminal.Line($"template \"{name}\"");
                terminal.Out.Write(TemplateLint.Inspect(setup.Builder).ToString());
            }

            return ExitCode.Done;
        });
        return command;
    }
}
