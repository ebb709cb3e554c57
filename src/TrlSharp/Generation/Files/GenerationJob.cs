using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Rows;

namespace TrlSharp.Generation.Files;

/// <summary>Answers a file of prompts: in batches, in the order of the rows, and so that an interrupted job can go on to the same bytes.</summary>
public static class GenerationJob
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Runs a job.</summary>
    /// <param name="generator">What writes.</param>
    /// <param name="sampling">How it samples; sequence i of the output draws from the random numbers of i.</param>
    /// <param name="options">Where from and where to.</param>
    /// <param name="progress">Told after every line; null for nobody.</param>
    /// <param name="stop">Ends the job; complete lines stay under <c>OUTPUT.partial</c> for <see cref="GenerationJobOptions.Resume"/>.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ConfigException">A setting is out of range, or the output cannot be written.</exception>
    /// <exception cref="DataException">A row is no prompt; lines before it stay under <c>OUTPUT.partial</c>.</exception>
    public static GenerationTotals Execute(
        TextGenerator generator, SamplingConfig sampling, GenerationJobOptions options, IProgress<GenerationTotals>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(sampling);
        ArgumentNullException.ThrowIfNull(options);
        if (options.NumGenerations < 1) throw new ConfigException($"--num_generations is {options.NumGenerations}; it must be at least 1.");
        GenerationRun.ThrowIfAny(GenerationRun.Problems(generator.Model, sampling, new() { BatchSize = options.BatchSize, Decode = _ => "" }));
        var rows = RowSources.Open(options.Input, options.Split);
        using var file = PartialFile.Open(options, Settings(generator, sampling, options));
        var totals = Write(generator, sampling, options, rows, file, progress, stop);
        stop.ThrowIfCancellationRequested();
        file.Complete();
        return totals;
    }

    private static GenerationTotals Write(
        TextGenerator generator, SamplingConfig sampling, GenerationJobOptions options, IRowSource rows, PartialFile file, IProgress<GenerationTotals>? progress,
        CancellationToken stop)
    {
        var reader = new PromptReader(generator, options);
        var totals = new GenerationTotals { Lines = file.Lines, Resumed = file.Lines };
        var open = new Dictionary<long, PromptReader.Prompt>();
        var ended = new Dictionary<long, Completion>();
        var run = new GenerationOptions { BatchSize = options.BatchSize, FirstSequence = file.Lines, Decode = ids => generator.Tokenizer.Decode([.. ids]) };
        foreach (var (sequence, completion) in TokenGenerator.GenerateEach(generator.Model, Prompts(reader, rows, options.NumGenerations, file.Lines, open), sampling, run, stop))
        {
            ended.Add(sequence, completion);
            totals = totals with
            {
                Tokens = totals.Tokens + completion.Tokens.Count,
                Cut = totals.Cut + (completion.Reason == StopReason.MaxNewTokens ? 1 : 0),
                BeyondContext = totals.BeyondContext + (open[sequence].Tokens.Count + completion.Tokens.Count > generator.ContextLength ? 1 : 0),
            };

            // Short answers overtake long ones; lines keep the order of the rows.
            for (; ended.Remove(file.Lines, out var next); totals = totals with { Lines = file.Lines })
            {
                open.Remove(file.Lines, out var prompt);
                file.Add(reader.Line(prompt!, (int)(file.Lines % options.NumGenerations), next, sampling));
            }

            progress?.Report(totals);
        }

        return totals;
    }

    private static IEnumerable<IReadOnlyList<int>> Prompts(PromptReader reader, IRowSource rows, int each, long done, Dictionary<long, PromptReader.Prompt> open)
    {
        var number = 0L;
        foreach (var row in rows.Read())
        {
            if (number + each <= done)
            {
                number += each;
                continue;
            }

            var prompt = reader.Read(row, number / each);
            for (var i = 0; i < each; i++, number++)
            {
                if (number < done) continue;
                open[number] = prompt;
                yield return prompt.Tokens;
            }
        }
    }

    /// <summary>Everything that decides what is written, as text: lines of two runs fit together if it is the same.</summary>
    private static string Settings(TextGenerator generator, SamplingConfig sampling, GenerationJobOptions options) => new JsonObject
    {
        ["model"] = Path.GetFullPath(generator.Folder),
        ["adapters"] = new JsonArray([.. generator.Model.Adapters.Select(a => (JsonNode)Path.GetFullPath(a.Name))]),
        ["dtype"] = generator.Model.Dtype.ToString(),
        ["template"] = generator.HasTemplate ? generator.Template.Source : null,
        ["template_date"] = generator.Now?.ToString("s", System.Globalization.CultureInfo.InvariantCulture),
        ["input"] = Path.GetFullPath(options.Input),
        ["input_sha256"] = File.Exists(options.Input) ? Hash(options.Input) : null,
        ["split"] = options.Split,
        ["num_generations"] = options.NumGenerations,
        ["logprobs"] = options.WithLogProbabilities,
        ["sampling"] = JsonSerializer.SerializeToNode(sampling),
    }.ToJsonString(Indented);

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
