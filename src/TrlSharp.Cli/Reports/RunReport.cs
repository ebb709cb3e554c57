using System.Globalization;
using System.Net;
using System.Text.Json;

namespace TrlSharp.Cli.Reports;

/// <summary>report.html of a run: curves, samples and settings, from the log files in its folder. It can be written at any time, also of a run that was stopped.</summary>
internal static class RunReport
{
    public const string Name = "report.html";
    private const string EvaluationPrefix = "eval_";

    private static readonly (string Metric, string Title)[] Charts =
    [
        ("loss", "Loss"), ("mean_token_accuracy", "Token accuracy"), ("entropy", "Entropy, nats"), ("grad_norm", "Length of the gradient"), ("learning_rate", "Learning rate"), ("tokens_per_second", "Tokens per second"),
    ];

    /// <param name="folder">The run's folder.</param>
    /// <param name="title">Heading.</param>
    /// <param name="facts">Names and values of a table at the top.</param>
    public static void Write(string folder, string title, IEnumerable<(string Name, string Value)> facts)
    {
        var lines = Lines(Path.Combine(folder, "metrics.jsonl"));
        var page = new HtmlPage(title).Table(["", ""], facts.Select(f => (IReadOnlyList<string>)[f.Name, f.Value]));
        foreach (var (metric, heading) in Charts)
        {
            var curves = Curves(lines, metric);
            if (curves.Count > 0) page.Heading(heading).Raw(new LineChart(heading, "update", metric) { Lines = curves }.ToSvg());
        }

        var samples = Lines(Path.Combine(folder, "samples.jsonl"));
        if (samples.Count > 0) page.Heading("Answers during training");
        foreach (var prompt in samples.GroupBy(s => Text(s, "prompt")))
            page.Raw($"<h3>{WebUtility.HtmlEncode(prompt.Key)}</h3><pre>{string.Join('\n', prompt.Select(s => $"<span class=\"soft\">after {Text(s, "step")}:</span> {WebUtility.HtmlEncode(Text(s, "answer"))}"))}</pre>");
        var staged = Path.Combine(folder, $".{Name}.tmp");
        File.WriteAllText(staged, page.ToString());
        File.Move(staged, Path.Combine(folder, Name), overwrite: true);
    }

    /// <summary>The metric of training and of every evaluation set, where they have it.</summary>
    private static List<(string, IReadOnlyList<(double, double)>)> Curves(IReadOnlyList<JsonElement> lines, string metric)
    {
        var names = lines.SelectMany(l => l.EnumerateObject().Select(p => p.Name)).Distinct(StringComparer.Ordinal)
            .Where(n => n == metric || (n.StartsWith(EvaluationPrefix, StringComparison.Ordinal) && n.EndsWith("_" + metric, StringComparison.Ordinal))).ToList();
        return [.. names.Select(n => (n == metric ? "training" : n, (IReadOnlyList<(double, double)>)[.. lines.Where(l => l.TryGetProperty(n, out var v) && v.ValueKind == JsonValueKind.Number)
            .Select(l => (l.GetProperty("step").GetDouble(), l.GetProperty(n).GetDouble()))]))];
    }

    private static IReadOnlyList<JsonElement> Lines(string path) => File.Exists(path) ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line))] : [];

    private static string Text(JsonElement line, string name) => line.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32().ToString(CultureInfo.InvariantCulture) : line.GetProperty(name).GetString() ?? "";
}
