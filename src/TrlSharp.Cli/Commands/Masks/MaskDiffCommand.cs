using System.CommandLine;
using System.Globalization;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask diff</c>: two policies, two templates, or two audits, row by row.</summary>
internal static class MaskDiffCommand
{
    public static Command Create(Terminal terminal)
    {
        var first = new Argument<string>("A") { Description = "A policy (a name, or JSON such as {\"turns\":\"last\"}), a template (a file, a folder, a built-in name), or an audit (.json)." };
        var second = new Argument<string>("B") { Description = "Another one of the same kind." };
        var data = OptionNames.Create<string?>("--dataset_name", "The data set; not needed for two audits.", ["--data"]);
        var limit = new Option<int>("--limit") { Description = "Differing rows that are shown; all are counted.", DefaultValueFactory = _ => 10 };
        var command = new Command("diff", "Compare two policies or two templates on a data set, or two audits.") { first, second, data, limit };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var (a, b) = (parsed.GetValue(first)!, parsed.GetValue(second)!);
            if (IsAudit(a) && IsAudit(b)) return CompareAudits(terminal, a, b, parsed.GetValue(limit));
            var path = parsed.GetValue(data) ?? throw new ConfigException("Name the data set (--dataset_name) that the two shall be compared on.");
            var (setupA, setupB) = (Setup(options, parsed, a), Setup(options, parsed, b));
            setupA.Announce(terminal);
            return Compare(terminal, options.Reader(parsed), options.Open(parsed, path), (a, setupA.Builder), (b, setupB.Builder), parsed.GetValue(limit));
        });
        return command;
    }

    private static bool IsAudit(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    private static int CompareAudits(Terminal terminal, string a, string b, int limit)
    {
        using var first = File.OpenText(a);
        using var second = File.OpenText(b);
        var differences = MaskAudit.Compare(first, second, limit);
        foreach (var line in differences) terminal.Line(line);
        terminal.Line(differences.Count == 0 ? "the audits agree in every row" : $"the audits differ; A is {a}, B is {b}");
        return differences.Count == 0 ? ExitCode.Done : ExitCode.Failure;
    }

    private static MaskSetup Setup(MaskOptions options, ParseResult parsed, string what)
    {
        if (NamedPolicies.All.ContainsKey(what) || what.StartsWith('{')) return options.Setup(parsed, policy: TrainPolicy.Parse(what.StartsWith('{') ? Json(what) : RowValue.Of(what)));
        if (File.Exists(what) || Directory.Exists(what) || BuiltInTemplates.Find(what) is not null) return options.Setup(parsed, template: what);
        var nearest = NearestName.Find(what, NamedPolicies.All.Keys);
        throw new ConfigException($"\"{what}\" is no policy{(nearest is null ? "" : $" (did you mean {nearest}?)")}, no template file, no folder and no built-in template. Policies are {string.Join(", ", NamedPolicies.All.Keys)}.");
    }

    private static RowValue Json(string text)
    {
        try
        {
            return RowValue.Parse(text);
        }
        catch (DataException e)
        {
            throw new ConfigException($"{text} begins like JSON but is none: {e.Message}", e);
        }
    }

    private static int Compare(Terminal terminal, ExampleReader reader, IRowSource source, (string Name, SequenceBuilder Builder) a, (string Name, SequenceBuilder Builder) b, int limit)
    {
        long rows = 0, equal = 0, shown = 0;
        var totals = new long[2];
        foreach (var row in source.Read())
        {
            rows++;
            var (first, second) = (Look(reader, a.Builder, row), Look(reader, b.Builder, row));
            totals[0] += first.Trained;
            totals[1] += second.Trained;
            var lines = first.Refusal is null && second.Refusal is null
                ? MaskComparison.Differences(first.Examples, "A", second.Examples, "B")
                : first.Refusal is not null && second.Refusal is not null ? [] : [$"{(first.Refusal is null ? "B" : "A")} refuses the row: {first.Refusal ?? second.Refusal}"];
            if (lines.Count == 0) equal++;
            else if (shown++ < limit)
                foreach (var line in lines) terminal.Line($"{row.Origin} {line}");
        }

        if (shown > limit) terminal.Line(Text($"… and {shown - limit:N0} more rows"));
        terminal.Line(Text($"{rows:N0} rows: {equal:N0} the same, {rows - equal:N0} differ; trained tokens A {totals[0]:N0}, B {totals[1]:N0} (A is {a.Name}, B is {b.Name})"));
        return ExitCode.Done;
    }

    private static (IReadOnlyList<TokenExplanation> Examples, long Trained, string? Refusal) Look(ExampleReader reader, SequenceBuilder builder, Row row)
    {
        try
        {
            var examples = reader.Read(row).Examples.SelectMany(builder.Explain).ToArray();
            return (examples, examples.Sum(e => e.Weights.LongCount(w => w > 0)), null);
        }
        catch (DataException e)
        {
            return ([], 0, e.Message);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
