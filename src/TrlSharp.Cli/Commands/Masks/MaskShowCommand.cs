using System.CommandLine;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences.Compatibility;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask show</c>: trained tokens in brackets and colour, in the terminal or as one HTML file; beside what TRL's collators would have trained.</summary>
internal static class MaskShowCommand
{
    private const int PageRows = 2000;

    public static Command Create(Terminal terminal)
    {
        var data = MaskOptions.DataArgument();
        var rows = new Option<string[]>("--row") { Description = "Rows by the number that messages show. Default: the first.", AllowMultipleArgumentsPerToken = true };
        var limit = new Option<int?>("--limit") { Description = $"At most so many rows. Default 1, with --html {PageRows}." };
        var html = new Option<string?>("--html") { Description = "Write one self-contained page with search, filters and a reason for every token." };
        var kinds = new Option<CollatorKind[]>("--as") { Description = "Also show what trl, trl_assistant_only or completion_only_lm would have trained.", AllowMultipleArgumentsPerToken = true, CustomParser = Kinds };
        var response = OptionNames.Create<string?>("--response_template", "For --as completion_only_lm: the text before an answer. Default: the template's generation prompt.");
        var instruction = OptionNames.Create<string?>("--instruction_template", "For --as completion_only_lm: the text before a question.");
        var command = new Command("show", "Show which tokens of a row are trained.") { data, rows, limit, html, kinds, response, instruction };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var setup = options.Begin(terminal, parsed);
            var source = options.Open(parsed, parsed.GetValue(data)!);
            var page = parsed.GetValue(html);
            var selection = new RowSelection(parsed.GetValue(rows) ?? [], parsed.GetValue(limit) ?? (page is not null ? PageRows : int.MaxValue));
            var selected = parsed.GetValue(rows) is { Length: > 0 } || page is not null || parsed.GetValue(limit) is not null ? selection.Of(source) : selection.Of(source).Take(1);
            if (page is not null) return WritePage(terminal, setup, options.Reader(parsed), source, selected, options.Threads(parsed), page);
            var collators = (parsed.GetValue(kinds) ?? []).Select(k => Collator(terminal, setup, k, parsed.GetValue(response), parsed.GetValue(instruction))).ToArray();
            return Show(terminal, setup, options.Reader(parsed), selected, collators);
        });
        return command;
    }

    private static int Show(Terminal terminal, MaskSetup setup, ExampleReader reader, IEnumerable<Row> rows, CollatorOptions[] collators)
    {
        var code = ExitCode.Done;
        foreach (var row in rows)
        {
            try
            {
                foreach (var example in reader.Read(row).Examples)
                {
                    Beside(terminal, setup, example, collators);
                    var explanations = setup.Builder.Explain(example);
                    DataReport.Show(terminal, MaskTerminal.Show(explanations, setup.Builder.Policy.Name, row.Origin.ToString()));
                    if (setup.Builder.Build(example).Dropped is { } dropped) terminal.Line($"left out in training: {dropped.Text}");
                }
            }
            catch (DataException e)
            {
                terminal.Error.WriteLine($"error: {e.Message}");
                code = ExitCode.Data;
            }
        }

        return code;
    }

    private static void Beside(Terminal terminal, MaskSetup setup, Example example, CollatorOptions[] collators)
    {
        if (collators.Length == 0) return;
        if (example is not ConversationExample chat)
        {
            terminal.Line($"{example.Origin} is no chat; --as shows chats.");
            return;
        }

        foreach (var collator in collators) DataReport.Show(terminal, MaskTerminal.Show([setup.Builder.ExplainAs(collator, chat)], Name(collator.Kind), $"{example.Origin}  as {Name(collator.Kind)}"));
    }

    private static CollatorOptions Collator(Terminal terminal, MaskSetup setup, CollatorKind kind, string? response, string? instruction)
    {
        if (kind == CollatorKind.CompletionOnlyLm && response is null)
        {
            response = setup.Builder.GenerationPrompt;
            terminal.Line($"note: --response_template is not given; the template's generation prompt {TemplateLint.Quote(response)} is taken.");
        }

        return new CollatorOptions(kind, response, instruction);
    }

    private static int WritePage(Terminal terminal, MaskSetup setup, ExampleReader reader, IRowSource source, IEnumerable<Row> rows, int threads, string path)
    {
        long refused = 0, shown = 0;
        var selected = RowSources.FromRows(source.Name, [.. rows]);
        Output.Write(path, writer => MaskHtml.Write(writer, $"{source.Name} · policy {setup.Builder.Policy.Name}", new MaskSurvey(setup.Builder, reader).Read(selected, threads).Select(Look)));
        terminal.Line($"{path}: {shown} rows{(refused == 0 ? "" : $", {refused} of them refused, with their reasons")}. Open it in a browser; it needs nothing else.");
        return refused == 0 ? ExitCode.Done : ExitCode.Data;

        MaskPageRow Look(SurveyedRow row)
        {
            shown++;
            if (row.Fault is not null) refused++;
            var dropped = row.Results.Select(r => r.Dropped).FirstOrDefault(d => d is not null);
            var code = row.Fault is not null ? row.FaultCode : dropped is null ? "" : Conversations.MaskFaults.Code(dropped.Fault);
            return new MaskPageRow(row.Name, [.. row.Results.SelectMany(r => r.Explanations)], code, row.Fault?.Message ?? dropped?.Text ?? "");
        }
    }

    private static CollatorKind[] Kinds(System.CommandLine.Parsing.ArgumentResult result)
    {
        var kinds = new List<CollatorKind>();
        foreach (var token in result.Tokens.SelectMany(t => t.Value.Split(',')))
        {
            if (Enum.GetValues<CollatorKind>().Select(k => (CollatorKind?)k).FirstOrDefault(k => Name(k!.Value) == token.Replace('-', '_')) is { } kind) kinds.Add(kind);
            else result.AddError($"\"{token}\" is unknown. --as takes trl, trl_assistant_only, completion_only_lm.");
        }

        return [.. kinds];
    }

    private static string Name(CollatorKind kind) => kind switch
    {
        CollatorKind.Trl => "trl",
        CollatorKind.TrlAssistantOnly => "trl_assistant_only",
        _ => "completion_only_lm",
    };
}
