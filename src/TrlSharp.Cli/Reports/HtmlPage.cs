using System.Net;
using System.Text;

namespace TrlSharp.Cli.Reports;

/// <summary>One self-contained HTML file: works offline, follows the reader's light or dark setting, loads nothing.</summary>
/// <param name="title">Shown in the tab and as heading.</param>
internal sealed class HtmlPage(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #6a737d; --rule: #d8dee4; --trained: #dafbe1; --trained-ink: #116329;
                --c0: #cf222e; --c1: #bc4c00; --c2: #1a7f37; --c3: #0969da; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #8d96a0; --rule: #30363d; --trained: #12361f; --trained-ink: #7ee787;
                --c0: #ff7b72; --c1: #f0883e; --c2: #56d364; --c3: #79c0ff; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; margin: 1rem 0; } th, td { border-bottom: 1px solid var(--rule); padding: .3rem .8rem; text-align: left; } td.n, th.n { text-align: right; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--rule); border-radius: 6px; padding: .8rem; font: 14px/1.6 ui-monospace, monospace; }
        mark { background: var(--trained); color: var(--trained-ink); border-radius: 3px; } .soft { color: var(--soft); }
        .chart { width: 100%; height: auto; } .chart .grid { stroke: var(--rule); } .chart .tick { fill: var(--soft); font: 11px system-ui, sans-serif; }
        .chart .line { fill: none; stroke-width: 2; } .legend { list-style: none; padding: 0; display: flex; gap: 1.2rem; flex-wrap: wrap; }
        .swatch { display: inline-block; width: 1.2rem; height: 3px; vertical-align: middle; margin-right: .4rem; }
        .line0 { stroke: var(--c0); } .line1 { stroke: var(--c1); stroke-dasharray: 6 3; } .line2 { stroke: var(--c2); } .line3 { stroke: var(--c3); }
        .swatch.line0 { background: var(--c0); } .swatch.line1 { background: var(--c1); } .swatch.line2 { background: var(--c2); } .swatch.line3 { background: var(--c3); }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>A section heading.</summary>
    public HtmlPage Heading(string text) => Raw($"<h2>{WebUtility.HtmlEncode(text)}</h2>");

    /// <summary>A paragraph of plain text.</summary>
    public HtmlPage Paragraph(string text) => Raw($"<p>{WebUtility.HtmlEncode(text)}</p>");

    /// <summary>A table of plain text; the columns after the first are numbers.</summary>
    public HtmlPage Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        _body.Append("<table><thead><tr>");
        for (var i = 0; i < header.Count; i++) _body.Append(i == 0 ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">").Append(WebUtility.HtmlEncode(header[i])).Append("</th>");
        _body.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            _body.Append("<tr>");
            for (var i = 0; i < row.Count; i++) _body.Append(i == 0 ? "<td>" : "<td class=\"n\">").Append(WebUtility.HtmlEncode(row[i])).Append("</td>");
            _body.Append("</tr>");
        }

        return Raw("</tbody></table>");
    }

    /// <summary>Markup that is already safe.</summary>
    public HtmlPage Raw(string markup)
    {
        _body.AppendLine(markup);
        return this;
    }

    /// <summary>The whole file.</summary>
    public override string ToString() =>
        $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{WebUtility.HtmlEncode(title)}</title>\n<style>\n{Style}\n</style></head>\n<body><h1>{WebUtility.HtmlEncode(title)}</h1>\n{_body}</body></html>\n";
}
