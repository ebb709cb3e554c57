using System.Globalization;
using System.Net;
using System.Text;

namespace TrlSharp.Cli.Reports;

/// <summary>A line chart as one SVG element: no script, colours from the page's style sheet, a text alternative for screen readers.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="XLabel">What runs to the right.</param>
/// <param name="YLabel">What runs upwards.</param>
internal sealed record LineChart(string Title, string XLabel, string YLabel)
{
    private const int Width = 640;
    private const int Height = 300;
    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 40;
    private const int Ticks = 5;

    /// <summary>The lines, each with its points in order.</summary>
    public required IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> Lines { get; init; }

    /// <summary>The chart as markup. Points that are not finite are left out.</summary>
    public string ToSvg()
    {
        var finite = Lines.SelectMany(l => l.Points).Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        if (finite.Count == 0) return $"<p>{WebUtility.HtmlEncode(Title)}: no data.</p>";
        var x = new Axis(finite.Min(p => p.X), finite.Max(p => p.X), Left, Width - Right);
        var y = new Axis(Math.Min(0, finite.Min(p => p.Y)), finite.Max(p => p.Y), Height - Bottom, Top);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(Summary())}\">");
        AppendAxes(svg, x, y);
        for (var i = 0; i < Lines.Count; i++) AppendLine(svg, i, x, y);
        return svg.Append("</svg>").Append(Legend()).ToString();
    }

    private static void AppendAxes(StringBuilder svg, Axis x, Axis y)
    {
        foreach (var tick in y.Ticks(Ticks))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y.At(tick):F1}\" y2=\"{y.At(tick):F1}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"end\" x=\"{Left - 6}\" y=\"{y.At(tick) + 4:F1}\">{tick:G4}</text>");
        }

        foreach (var tick in x.Ticks(Ticks))
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" x=\"{x.At(tick):F1}\" y=\"{Height - Bottom + 16}\">{tick:G4}</text>");
    }

    private void AppendLine(StringBuilder svg, int index, Axis x, Axis y)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line line{index}\" points=\"");
        foreach (var (px, py) in Lines[index].Points)
            if (double.IsFinite(px) && double.IsFinite(py)) svg.Append(CultureInfo.InvariantCulture, $"{x.At(px):F1},{y.At(py):F1} ");
        svg.Append("\"/>");
        if (index > 0) return;
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\">{WebUtility.HtmlEncode(XLabel)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"4\" y=\"{Top - 2}\">{WebUtility.HtmlEncode(YLabel)}</text>");
    }

    private string Legend()
    {
        var legend = new StringBuilder("<ul class=\"legend\">");
        for (var i = 0; i < Lines.Count; i++)
            legend.Append(CultureInfo.InvariantCulture, $"<li><span class=\"swatch line{i}\"></span>{WebUtility.HtmlEncode(Lines[i].Name)}</li>");
        return legend.Append("</ul>").ToString();
    }

    private string Summary()
    {
        var parts = Lines.Where(l => l.Points.Count > 0)
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} from {l.Points[0].Y:G4} to {l.Points[^1].Y:G4}"));
        return $"{Title}: {string.Join("; ", parts)}";
    }

    private readonly record struct Axis(double Low, double High, double From, double To)
    {
        public double At(double value) => High > Low ? From + ((value - Low) / (High - Low) * (To - From)) : (From + To) / 2;

        /// <summary>Round numbers that cover the range: steps of 1, 2 or 5 times a power of ten.</summary>
        public IEnumerable<double> Ticks(int about)
        {
            if (High <= Low) return [Low];
            var rough = (High - Low) / about;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
            var first = Math.Ceiling(Low / step);
            var count = (int)(Math.Floor(High / step) - first) + 1;
            return Enumerable.Range(0, count).Select(i => (first + i) * step);
        }
    }
}
