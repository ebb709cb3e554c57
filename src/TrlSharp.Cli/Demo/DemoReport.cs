using System.Globalization;
using System.Net;
using System.Text;
using TrlSharp.Cli.Reports;
using TrlSharp.Inspection;

namespace TrlSharp.Cli.Demo;

/// <summary>The demo's one HTML file: results, curves, and the same chat with the trained tokens of each training.</summary>
internal static class DemoReport
{
    public static string Write(IReadOnlyList<DemoRun.Outcome> outcomes)
    {
        var page = new HtmlPage("TrlSharp demo: which tokens are trained decides what is learned")
            .Paragraph("A weak model wrote the earlier assistant turns of these chats and counts one too far; only the final answer of each chat is right. Three models start from the same weights, read the same chats in the same order for the same number of updates, and differ only in the tokens that are trained.")
            .Heading("Held-out questions, answered greedily")
            .Table(
                ["trained", "right", "as the weak model", "trained tokens", "last loss"],
                outcomes.Select(o => (IReadOnlyList<string>)[o.Run.Title, Percent(o.Exam.Right, o.Exam.Asked), Percent(o.Exam.Weak, o.Exam.Asked), Share(o), Loss(o)]))
            .Heading("Loss over trained tokens")
            .Paragraph("The curves are not comparable with each other: each is the mean over the tokens that its own training counts. A low loss on the wrong tokens is not a good model.")
            .Raw(new LineChart("Loss", "update", "loss") { Lines = [.. outcomes.Select(o => (o.Run.Title, o.Curve))] }.ToSvg())
            .Heading("The first chat, three times")
            .Paragraph("Trained tokens stand in brackets and are marked.");
        foreach (var outcome in outcomes) page.Raw($"<h3>{WebUtility.HtmlEncode(outcome.Run.Title)}</h3><pre>{Mask(outcome.Mask)}</pre>");
        page.Heading("Some answers").Table(
            ["question", .. outcomes.Select(o => o.Run.Title)],
            outcomes[0].Exam.Samples.Select((s, i) => (IReadOnlyList<string>)[s.Question, .. outcomes.Select(o => o.Exam.Samples[i].Answer)]));
        return page.ToString();
    }

    public static string Percent(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F1} %");

    public static string Share(DemoRun.Outcome o) => string.Create(CultureInfo.InvariantCulture, $"{o.Account.TrainedTokens:N0} of {o.Account.Tokens:N0}");

    public static string Loss(DemoRun.Outcome o) => o.Curve.Count == 0 ? "" : o.Curve[^1].Y.ToString("F3", CultureInfo.InvariantCulture);

    private static string Mask(IReadOnlyList<TextPiece> pieces)
    {
        var html = new StringBuilder();
        foreach (var piece in pieces)
        {
            var text = WebUtility.HtmlEncode(piece.Text);
            html.Append(piece.Tone switch
            {
                TextTone.Content or TextTone.Stop or TextTone.Thinking or TextTone.Tool => $"<mark>{text}</mark>",
                TextTone.Frame or TextTone.Context => $"<span class=\"soft\">{text}</span>",
                _ => text,
            });
        }

        return html.ToString();
    }
}
