using System.CommandLine;
using TrlSharp.Cli.Commands.Masks;

namespace TrlSharp.Cli.Commands.Templates;

/// <summary><c>trlsharp template</c>: what a chat template makes of a conversation, and what it does in general.</summary>
internal static class TemplateCommand
{
    public static Command Create(Terminal terminal) => new("template", "Render a conversation with a chat template, every character with its owner; or print a template's card.")
    {
        TemplateRenderCommand.Create(terminal),
        MaskLintCommand.Create(terminal),
    };
}
