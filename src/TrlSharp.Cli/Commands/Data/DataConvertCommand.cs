using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using TrlSharp.Examples;
using TrlSharp.Preparation;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data convert</c>: any format to one object a line in the common shape, <c>messages</c> above all.</summary>
internal static class DataConvertCommand
{
    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--output", "-o") { Description = "The file to write: .jsonl, or .jsonl.gz. Written beside and renamed.", Required = true };
        var command = new Command("convert", "Write rows of any format in the common shape, one JSON object a line: messages, prompt and completion, text, or input_ids.") { output };
        var arguments = new DataArguments(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, arguments.Read(parsed), parsed.GetValue(output)!, stop)));
        return command;
    }

    private static int Run(Terminal terminal, Sft.Options.SftSettings settings, string output, CancellationToken stop)
    {
        if (!output.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) && !output.EndsWith(".jsonl.gz", StringComparison.OrdinalIgnoreCase))
            throw new ConfigException($"--output: {output} is neither .jsonl nor .jsonl.gz, the formats that are written.");
        var path = Path.GetFullPath(output);
        var staged = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}-{Guid.NewGuid():N}");
        var (rows, written, left) = (0L, 0L, 0L);
        try
        {
            using (var writer = Open(staged, output))
            {
                foreach (var (row, example) in Examples(settings, stop))
                {
                    rows += row;
                    if (example is null) left += row;
                    else
                    {
                        writer.WriteLine(ExampleJson.Write(example).ToString());
                        written++;
                    }
                }
            }

            File.Move(staged, path, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigException($"--output: {output} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(staged);
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows read, {written:N0} examples written to {output}, {left:N0} rows left out"));
        return ExitCode.Done;
    }

    /// <summary>Examples with 1 for the first of a row and 0 for its others; null for a row that is left out.</summary>
    private static IEnumerable<(int Row, Example? Example)> Examples(Sft.Options.SftSettings settings, CancellationToken stop)
    {
        foreach (var row in SftData.Sources(settings).SelectMany(SourceRow.ReadAll))
        {
            stop.ThrowIfCancellationRequested();
            if (row.Refused is { } refused && !settings.Data.KeepGoing) throw new DataException(refused.Message);
            if (row.Examples is null) yield return (1, null);
            for (var i = 0; i < row.Examples?.Examples.Count; i++) yield return (i == 0 ? 1 : 0, row.Examples.Examples[i]);
        }
    }

    private static StreamWriter Open(string staged, string output)
    {
        Stream stream = File.Create(staged);
        if (output.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) stream = new GZipStream(stream, CompressionLevel.Optimal);
        return new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    }
}
