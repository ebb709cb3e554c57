using System.Globalization;
using System.Net;
using System.Text;
using Spectre.Console;
using TrlSharp.Cli.Reports;
using TrlSharp.Preparation;

namespace TrlSharp.Cli.Commands.Data;

/// <summary>The same report twice: in the terminal at once, and as one HTML file in the end.</summary>
internal sealed class DataPage(Terminal terminal)
{
    private const int BarWidth = 40;
    private const int MostRefused = 20;

    private readonly HtmlPage _page = new("Data");

    public void Heading(string text)
    {
        terminal.Line(text);
        _page.Heading(text);
    }

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var list = rows.ToList();
        var table = new Table().AddColumns([.. header.Select(Markup.Escape)]).Border(terminal.IsInteractive ? TableBorder.Rounded : TableBorder.Ascii);
        foreach (var row in list) table.AddRow([.. row.Select(Markup.Escape)]);
        terminal.Ansi.Write(table);
        _page.Table(header, list);
    }

    public void Account(Account account)
    {
        DataReport.Print(terminal, account);
        terminal.Line();
        _page.Table(["", "count"], account.Sources.SelectMany(Rows));
        if (account.Reasons.Count > 0) _page.Table(["left out", "count", "the first"], account.Reasons.Select(r => (IReadOnlyList<string>)[r.Key, Number(r.Value.Count), r.Value.First]));
        if (account.Notes.Count > 0) _page.Table(["noticed", "count", "the first"], account.Notes.Select(r => (IReadOnlyList<string>)[r.Key, Number(r.Value.Count), r.Value.First]));
    }

    /// <summary>Bars of text, and the same as a drawing; nothing when there are no numbers.</summary>
    public void Histogram(string title, Histogram? histogram)
    {
        if (histogram is null) return;
        var summary = Text($"{title}: {histogram.Count:N0}, mean {histogram.Mean:N1}, least {histogram.Least:N0}, median {histogram.Median:N0}, 90 % {histogram.Percentile90:N0}, 99 % {histogram.Percentile99:N0}, most {histogram.Most:N0}");
        terminal.Line(summary);
        _page.Paragraph(summary);
        var highest = histogram.Buckets.Max(b => b.Count);
        var bars = new StringBuilder("<table>");
        foreach (var (from, count) in histogram.Buckets)
        {
            var width = (double)count / highest;
            terminal.Line(Text($"{from,12:N0} – {from + histogram.Step,-10:N0} {count,10:N0} {new string('#', (int)Math.Ceiling(width * BarWidth))}").TrimEnd());
            bars.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{from:N0}</td><td class=\"n\">{count:N0}</td><td style=\"width:60%\"><div style=\"background:var(--c3);height:.8rem;width:{100 * width:F1}%\"></div></td></tr>");
        }

        terminal.Line();
        _page.Raw(bars.Append("</table>").ToString());
    }

    /// <summary>The first refused rows in full.</summary>
    public void Refused(IReadOnlyList<RefusedRow> refused)
    {
        if (refused.Count == 0) return;
        foreach (var row in refused.Take(MostRefused)) terminal.Line($"refused  {row.Message}");
        if (refused.Count > MostRefused) terminal.Line(Text($"… and {refused.Count - MostRefused:N0} more (data verify --all shows them)"));
        _page.Heading(Text($"{refused.Count:N0} refused rows"));
        _page.Raw($"<ul>{string.Concat(refused.Take(MostRefused).Select(r => $"<li>{WebUtility.HtmlEncode(r.Message)}</li>"))}</ul>");
    }

    /// <summary>Writes the HTML file beside and renames it.</summary>
    /// <exception cref="ConfigException">The folder cannot be written.</exception>
    public void Save(string path)
    {
        var full = Path.GetFullPath(path);
        var staged = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(staged, _page.ToString());
            File.Move(staged, full, overwrite: true);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new ConfigException($"--html: {path} cannot be written: {e.Message}", e);
        }
        finally
        {
            if (File.Exists(staged)) File.Delete(staged);
        }

        terminal.Line($"report: {path}");
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(SourceAccount source) =>
    [
        [$"{source.Name}: rows read", Number(source.Rows)],
        .. source.Formats.Select(f => (IReadOnlyList<string>)[$"of format {f.Key}", Number(f.Value)]),
        .. DataReport.Leaving(source).Where(l => l.Count > 0).Select(l => (IReadOnlyList<string>)[$"{l.Name}: {l.Meaning}", Number(l.Count)]),
        ["examples", Number(source.SequencesTaken)],
        ["tokens", Number(source.TokensTaken)],
        ["tokens trained", Number(source.TrainedTaken)],
        ["Σ weights", source.WeightTaken.ToString("N1", CultureInfo.InvariantCulture)],
    ];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
