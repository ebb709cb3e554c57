using System.CommandLine;
using System.Globalization;
using TrlSharp.Inspection;
using TrlSharp.Sequences;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask why</c>: why one token, or every token with a text, is trained or not.</summary>
internal static class MaskWhyCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = MaskOptions.DataArgument();
        var token = new Argument<string>("row:token") { Description = "ROW:TOKEN, ROW.EXAMPLE:TOKEN for a row that is split, or ROW:TEXT for the tokens inside a text." };
        var command = new Command("why", "Tell why a token is trained or not: the message, field and characters it stands for, and the rule that decided.") { data, token };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var setup = options.Begin(terminal, parsed);
            var (row, part, wanted) = Split(parsed.GetValue(token)!);
            var found = new RowSelection([row], 1).Of(options.Open(parsed, parsed.GetValue(data)!)).First();
            var examples = options.Reader(parsed).Read(found).Examples.SelectMany(setup.Builder.Explain).ToArray();
            if (part is { } p && (p < 1 || p > examples.Length)) throw new ConfigException($"Row {row} has {examples.Length} example{(examples.Length == 1 ? "" : "s")}, counted from 1; there is no {p}.");
            foreach (var line in Lines(examples, part, wanted)) terminal.Line(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<string> Lines(TokenExplanation[] examples, int? part, string wanted)
    {
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            yield return Name(examples, (part ?? 1) - 1) + MaskTerminal.Why(examples[(part ?? 1) - 1], index);
            yield break;
        }

        var any = false;
        for (var e = 0; e < examples.Length; e++)
        {
            if (part is not null && part != e + 1) continue;
            var text = examples[e].Example.Text;
            for (var at = text.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = text.IndexOf(wanted, at + wanted.Length, StringComparison.Ordinal))
            {
                any = true;
                for (var t = 0; t < examples[e].Tokens.Count; t++)
                    if (examples[e].Tokens[t].Start < at + wanted.Length && examples[e].Tokens[t].End > at) yield return Name(examples, e) + MaskTerminal.Why(examples[e], t);
            }
        }

        if (!any) throw new ConfigException($"The row does not hold the text \"{wanted}\" as the template writes it.");
    }

    private static string Name(TokenExplanation[] examples, int e) => examples.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"example {e + 1}, ");

    private static (string Row, int? Part, string Token) Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1) throw new ConfigException($"{text} names no token; wanted: ROW:TOKEN such as 3:57, 3.2:57 for the second example of a row, or 3:TEXT.");
        var row = text[..colon];
        var dot = row.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return (row, null, text[(colon + 1)..]);
        return int.TryParse(row[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var part)
            ? (row[..dot], part, text[(colon + 1)..])
            : throw new ConfigException($"{text} names no token; the part behind the dot is the number of an example.");
    }
}
