using System.CommandLine;
using System.Globalization;
using TrlSharp.Generation.Files;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp generate</c>: a file of prompts in, a file of prompts with completions out.</summary>
internal static class GenerateCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("generate", "Answer a file of prompts: rows with prompt (a text or messages) or messages in, rows with prompt and completion out.");
        var generator = new GeneratorOptionSet(command);
        var input = OptionNames.Create<string>("--input", "JSONL, JSON, CSV, Parquet, a pattern, a folder, or - for the standard input.", isRequired: true);
        var split = OptionNames.Create<string?>("--split", "Which part of the input, where it has parts.");
        var output = OptionNames.Create<string>("--output", "The JSONL file to write; it appears when it is complete.", isRequired: true);
        var each = OptionNames.Create<int?>("--num_generations", "Answers to each prompt. Default 1.");
        var batch = OptionNames.Create<int?>("--batch_size", "Answers written side by side; does not change them. Default 32.");
        var logprobs = OptionNames.Create<bool>("--logprobs", "Also write completion_ids and logprobs.");
        var resume = OptionNames.Create<bool>("--resume", "Go on where an interrupted run with the same settings ended.");
        var overwrite = OptionNames.Create<bool>("--overwrite", "Replace an existing output.");
        foreach (var option in new Option[] { input, split, output, each, batch, logprobs, resume, overwrite }) command.Add(option);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, generator, parsed, new GenerationJobOptions
        {
            Input = parsed.GetValue(input)!,
            Split = parsed.GetValue(split),
            Output = parsed.GetValue(output)!,
            NumGenerations = parsed.GetValue(each) ?? 1,
            BatchSize = parsed.GetValue(batch) ?? 32,
            WithLogProbabilities = parsed.GetValue(logprobs),
            Resume = parsed.GetValue(resume),
            Overwrite = parsed.GetValue(overwrite),
        }, stop)));
        return command;
    }

    private static int Run(Terminal terminal, GeneratorOptionSet options, ParseResult parsed, GenerationJobOptions job, CancellationToken stop)
    {
        using var generator = options.Load(parsed, now: null);
        foreach (var note in generator.Notes) terminal.Line($"note: {note}");
        var sampling = options.Sampling(parsed, generator.Sampling);
        terminal.Line(GeneratorOptionSet.Describe(sampling));
        var progress = new GenerationProgress(terminal);
        try
        {
            var totals = GenerationJob.Execute(generator, sampling, job, progress, stop);
            progress.Finish(totals);
            if (totals.Cut > 0) terminal.Line(Text($"note: {totals.Cut:N0} answers ended because they had max_new_tokens = {sampling.MaxNewTokens} tokens."));
            if (totals.BeyondContext > 0) terminal.Line(Text($"note: {totals.BeyondContext:N0} answers reach beyond the {generator.ContextLength} positions that the model was trained with."));
            terminal.Line($"saved {job.Output}");
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            terminal.Line($"stopped; the complete lines are in {job.Output}.partial, and the same command with --resume goes on.");
            throw;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
