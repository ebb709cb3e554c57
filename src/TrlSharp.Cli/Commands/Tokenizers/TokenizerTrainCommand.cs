using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TrlSharp.Tokenization.Training;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary><c>trlsharp tokenizer train</c>: a byte-level BPE vocabulary from text files.</summary>
internal static class TokenizerTrainCommand
{
    private static readonly string[] Names = ["bos_token", "eos_token", "pad_token"];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("train", "Learn a byte-level BPE vocabulary. Of .jsonl and .json files every string is a text (keys are not); other files are one text each. The same texts give the same files.");
        var files = new Argument<string[]>("files") { Description = "Files; - is the standard input.", Arity = ArgumentArity.OneOrMore };
        var output = OptionNames.Create<string>("--output_dir", "The folder for tokenizer.json and tokenizer_config.json.", isRequired: true);
        var size = OptionNames.Create<int>("--vocab_size", "Tokens in all: 256 bytes, special tokens, merges.", isRequired: true);
        var special = OptionNames.Create<string[]>("--special_tokens", "Control tokens, which get the first ids.");
        special.AllowMultipleArgumentsPerToken = true;
        var named = Names.Select(name => OptionNames.Create<string?>("--" + name, $"The control token that is the {name}.")).ToArray();
        var frequency = OptionNames.Create<int?>("--min_frequency", "How often a pair must occur to be merged. Default 2.");
        command.Add(files);
        foreach (var option in (Option[])[output, size, special, .. named, frequency]) command.Add(option);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, parsed.GetValue(files)!, parsed.GetValue(output)!, Options(parsed, size, special, named, frequency), stop)));
        return command;
    }

    private static BytePairTrainingOptions Options(ParseResult parsed, Option<int> size, Option<string[]> special, Option<string?>[] named, Option<int?> frequency)
    {
        var names = named.Where(option => parsed.GetValue(option) is not null).ToDictionary(option => option.Name[2..], option => parsed.GetValue(option)!, StringComparer.Ordinal);
        return new()
        {
            VocabularySize = parsed.GetValue(size),
            SpecialTokens = [.. (parsed.GetValue(special) ?? []).Concat(names.Values).Distinct(StringComparer.Ordinal)],
            NamedTokens = names,
            MinimumFrequency = parsed.GetValue(frequency) ?? 2,
        };
    }

    private static int Run(Terminal terminal, string[] files, string output, BytePairTrainingOptions options, CancellationToken stop)
    {
        var (texts, units) = (0L, 0L);
        IEnumerable<string> Counted()
        {
            foreach (var text in files.SelectMany(file => Texts(file, terminal.In)))
            {
                stop.ThrowIfCancellationRequested();
                (texts, units) = (texts + 1, units + text.Length);
                yield return text;
            }
        }

        var tokenizer = BytePairTrainer.Train(Counted(), options);
        tokenizer.Save(output);
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"read {texts:N0} texts of {units:N0} UTF-16 units"));
        if (tokenizer.VocabularySize < options.VocabularySize)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"note: {tokenizer.VocabularySize:N0} tokens instead of {options.VocabularySize:N0}: no other pair occurs {options.MinimumFrequency} times. Give more text, or a lower --min_frequency."));
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"saved {tokenizer.VocabularySize:N0} tokens to {output}"));
        return ExitCode.Done;
    }

    private static IEnumerable<string> Texts(string file, TextReader standardInput)
    {
        if (file == "-") return [standardInput.ReadToEnd()];
        return Path.GetExtension(file).ToUpperInvariant() switch
        {
            ".JSONL" => File.ReadLines(file).Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)).SelectMany(line => Strings(line.Item, $"{file}:{line.Index + 1}")),
            ".JSON" => Strings(File.ReadAllText(file), file),
            ".PARQUET" or ".ARROW" or ".GZ" or ".ZST" or ".ZIP" or ".CSV" or ".TSV" =>
                throw new ConfigException($"{file}: tokenizer train reads plain text, .json and .jsonl. Write it as .jsonl first: trlsharp data convert."),
            _ => [File.ReadAllText(file)],
        };
    }

    private static List<string> Strings(string json, string origin)
    {
        try
        {
            var strings = new List<string>();
            Collect(JsonElement.Parse(json), strings);
            return strings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how System.Text.Json reports an escaped lone surrogate.
            throw new DataException($"{origin}: not valid JSON: {e.Message}");
        }
    }

    private static void Collect(JsonElement value, List<string> strings)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String: strings.Add(value.GetString()!); break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Collect(item, strings);
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Collect(member.Value, strings);
                break;
            default: break;
        }
    }
}
