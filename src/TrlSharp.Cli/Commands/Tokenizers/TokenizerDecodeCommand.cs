using System.CommandLine;
using System.Globalization;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary><c>trlsharp tokenizer decode</c>: ids to text.</summary>
internal static class TokenizerDecodeCommand
{
    public static Command Create(Terminal terminal)
    {
        var skip = OptionNames.Create<bool>("--skip_special_tokens", "Leave out tokens that are marked special.");
        var json = OptionNames.Create<bool>("--json", "One JSON object a line: origin, text.");
        return TokenizerCommand.OverTexts(
            "decode", "Turn ids into text. Ids stand between white space, commas or brackets; every line of a file or of the standard input is a text of its own.", "Ids, all of one text.", [skip, json], Run);

        int Run(ParseResult parsed, Tokenizer tokenizer, TextInputs inputs, CancellationToken stop)
        {
            var unknown = new SortedSet<int>();
            foreach (var (origin, line) in Lines(inputs.Read(parsed, terminal.In, alwaysLines: true)))
            {
                stop.ThrowIfCancellationRequested();
                var ids = Ids(origin, line);
                unknown.UnionWith(ids.Where(id => tokenizer.TokenOf(id) is null));
                var text = tokenizer.Decode(ids, parsed.GetValue(skip));
                terminal.Line(parsed.GetValue(json) ? TokenizerCommand.Json(new { origin, text }) : text);
            }

            if (unknown.Count == 0) return ExitCode.Done;
            terminal.Error.WriteLine($"warning: no token has {(unknown.Count == 1 ? "the id" : "the ids")} {string.Join(", ", unknown.Take(10))}{(unknown.Count > 10 ? ", …" : "")}; nothing was written for {(unknown.Count == 1 ? "it" : "them")}.");
            return ExitCode.Done;
        }
    }

    /// <summary>Ids on the command line are one text, however they were separated.</summary>
    private static IEnumerable<(string Origin, string Text)> Lines(IEnumerable<(string Origin, string Text)> inputs)
    {
        var arguments = new List<string>();
        foreach (var (origin, text) in inputs)
        {
            if (origin.StartsWith("text ", StringComparison.Ordinal)) arguments.Add(text);
            else yield return (origin, text);
        }

        if (arguments.Count > 0) yield return ("arguments", string.Join(' ', arguments));
    }

    private static int[] Ids(string origin, string line) =>
        [.. line.Split([' ', ',', '\t', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Select(field =>
            int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
                : throw new ConfigException($"{origin}: \"{field}\" is no token id. Ids are whole numbers from 0 on."))];
}
