using System.CommandLine;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask</c>: which tokens of a data set are trained, why, and the proof. Needs a tokenizer and a template, never weights.</summary>
internal static class MaskCommand
{
    public static Command Create(Terminal terminal) => new("mask", "Show, explain, prove, compare and export which tokens are trained. Needs a model folder's tokenizer and template, never its weights.")
    {
        MaskShowCommand.Create(terminal),
        MaskWhyCommand.Create(terminal),
        MaskLintCommand.Create(terminal),
        MaskStatsCommand.Create(terminal),
        MaskDiffCommand.Create(terminal),
        MaskVerifyCommand.Create(terminal),
        MaskExportCommand.Create(terminal),
    };
}
