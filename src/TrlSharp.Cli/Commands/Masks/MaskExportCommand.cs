using System.CommandLine;
using System.Globalization;
using TrlSharp.Inspection;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask export</c>: masks for other trainers, the audit, or the model's template with generation tags.</summary>
internal static class MaskExportCommand
{
    private static readonly string[] Formats = ["hf", "openai", "swift", "template", "audit"];

    public static Command Create(Terminal terminal)
    {
        var data = new Argument<string?>("data") { Description = "The data set; not needed for --format template.", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "hf (input_ids, labels, assistant_masks), openai (weight), swift (loss, loss_scale), template (the model's template with generation tags for TRL), audit.", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", Required = true };
        var keepGoing = new Option<bool>("--keep_going", "--keep-going") { Description = "Go round refused rows and count them; the default stops at the first." };
        var quarantine = MaskOptions.QuarantineOption("With --keep_going: ");
        var command = new Command("export", "Write masks for other trainers, the audit, or a tagged template.") { data, format, output, keepGoing, quarantine };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var kind = parsed.GetValue(format)!;
            if (!Formats.Contains(kind)) throw new ConfigException($"--format is \"{kind}\"; known are {string.Join(", ", Formats)}.");
            var setup = options.Begin(terminal, parsed);
            var path = parsed.GetValue(output)!;
            if (kind == "template") return WriteTemplate(terminal, setup, path);
            var rows = options.Open(parsed, parsed.GetValue(data) ?? throw new ConfigException("Name the data set to export."));
            if (parsed.GetValue(quarantine) is not null && !parsed.GetValue(keepGoing)) throw new ConfigException("--quarantine needs --keep_going: without it the first refused row stops the export.");
            using var refused = parsed.GetValue(quarantine) is { } file ? new QuarantineFile(file) : null;
            var survey = new MaskSurvey(setup.Builder, options.Reader(parsed)).Read(rows, options.Threads(parsed)).Select(row => Checked(row, parsed.GetValue(keepGoing), refused));
            var statistics = new MaskStatistics();
            Output.Write(path, writer => Write(terminal, writer, kind, setup, rows, survey.Select(row => Counted(row, statistics))));
            refused?.Complete();
            StatisticsReport.Print(terminal, statistics, setup);
            terminal.Line($"wrote {path}");
            return ExitCode.Done;
        });
        return command;
    }

    private static SurveyedRow Checked(SurveyedRow row, bool keepGoing, QuarantineFile? refused)
    {
        if (row.Fault is null) return row;
        if (!keepGoing) throw row.Fault;
        refused?.Add(row.Row, row.FaultCode, row.Fault.Message);
        return row;
    }

    private static SurveyedRow Counted(SurveyedRow row, MaskStatistics statistics)
    {
        statistics.Add(row);
        return row;
    }

    private static void Write(Terminal terminal, TextWriter writer, string kind, MaskSetup setup, IRowSource source, IEnumerable<SurveyedRow> rows)
    {
        if (kind == "audit")
        {
            using var audit = new MaskAudit(writer, setup.Header(source));
            foreach (var row in rows) audit.Add(row);
            return;
        }

        var export = new MaskExport(kind switch { "hf" => ExportFormat.Hf, "openai" => ExportFormat.OpenAi, _ => ExportFormat.Swift });
        foreach (var line in rows.SelectMany(export.Lines)) writer.WriteLine(line.ToString());
        if (export.Approximated > 0) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"warning: {export.Approximated:N0} messages are trained in part, with several weights or in another role, which this format cannot say; they were written as wholes. --format hf says everything."));
        if (export.NotChats > 0) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"warning: {export.NotChats:N0} rows are no chats and were left out of this format. --format hf says everything."));
    }

    private static int WriteTemplate(Terminal terminal, MaskSetup setup, string path)
    {
        if (setup.Template is null) throw new ConfigException("The model has no chat template to tag; name one with --chat_template_path.");
        var tagged = TaggedTemplate.Write(setup.Template.Source, setup.Builder);
        Output.Write(path, writer => writer.Write(tagged));
        terminal.Line($"wrote {path}: the same text as {setup.Template.Name}, with generation tags around what the model samples. Turns that the template writes otherwise in history than a model produces them stay untagged.");
        return ExitCode.Done;
    }
}
