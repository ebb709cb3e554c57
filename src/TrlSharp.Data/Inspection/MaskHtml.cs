using System.Globalization;
using System.Numerics;
using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>
/// Examples as one HTML file without any outside resource: search, filter by flag, and for every token, chosen by mouse or keyboard, why it is trained
/// or not. Rows are drawn as they are needed, so that a few thousand stay quick.
/// </summary>
public static class MaskHtml
{
    private const string Resource = "TrlSharp.Inspection.MaskPage.html";

    /// <param name="writer">Receives the page.</param>
    /// <param name="title">Heading, for instance file, template and policy.</param>
    /// <param name="rows">Every row, refused ones too.</param>
    public static void Write(TextWriter writer, string title, IEnumerable<MaskPageRow> rows)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(rows);
        var reasons = new Numbered();
        var channels = new Numbered();
        var flags = new SortedSet<string>(StringComparer.Ordinal);
        var items = new List<RowValue>();
        foreach (var (name, examples, faultCode, fault) in rows)
        {
            if (fault.Length > 0) items.Add(Refused(name, faultCode, fault, flags));
            for (var i = 0; i < examples.Count; i++)
                items.Add(Row(examples.Count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}, example {i + 1} of {examples.Count}"), examples[i], reasons, channels, flags));
        }

        var data = RowValue.MapOf(
            ("title", RowValue.Of(title)), ("flags", RowValue.List([.. flags.Select(RowValue.Of)])), ("reasons", reasons.List()), ("channels", channels.List()), ("rows", RowValue.List(items)));
        var page = Template();
        var at = page.IndexOf("/*DATA*/", StringComparison.Ordinal);
        writer.Write(page.AsSpan(0, at));
        writer.Write(data.ToString().Replace("<", "\\u003c", StringComparison.Ordinal));
        writer.Write(page.AsSpan(at + "/*DATA*/".Length));
    }

    private static RowValue Refused(string name, string code, string fault, SortedSet<string> flags)
    {
        flags.Add(code);
        return RowValue.MapOf(
            ("name", RowValue.Of(name)), ("text", RowValue.Of("")), ("mode", RowValue.Of("")), ("flags", RowValue.List(RowValue.Of(code))),
            ("findings", RowValue.List(RowValue.Of($"not trained: {fault}"))), ("tokens", RowValue.List([])), ("runs", RowValue.List([])));
    }

    private static RowValue Row(string name, TokenExplanation e, Numbered reasons, Numbered channels, SortedSet<string> flags)
    {
        var codes = e.Example.Findings.Select(f => f.Fault.Code()).Distinct().ToArray();
        flags.UnionWith(codes);
        var (tokens, runs) = Compact(e, reasons, channels);
        return RowValue.MapOf(
            ("name", RowValue.Of(name)),
            ("text", RowValue.Of(e.Example.Text)),
            ("mode", RowValue.Of(e.Example.Mode.Fields.Count == 0 ? "" : e.Example.Mode.ToString())),
            ("flags", RowValue.List([.. codes.Select(RowValue.Of)])),
            ("findings", RowValue.List([.. e.Example.Findings.Select(f => RowValue.Of($"{f.Fault.Code()}: {f.Text}"))])),
            ("tokens", RowValue.List(tokens)), ("runs", RowValue.List(runs)));
    }

    /// <summary>
    /// Tokens as the number of characters that each goes beyond the one before (0: it shares them, as bytes of one character do), and runs of tokens with
    /// one weight, reason and channel: a tenth of the size of one record per token.
    /// </summary>
    private static (List<RowValue> Tokens, List<RowValue> Runs) Compact(TokenExplanation e, Numbered reasons, Numbered channels)
    {
        var tokens = new List<RowValue>(e.Tokens.Count);
        var runs = new List<RowValue>();
        (int Count, float Weight, int Reason, int Channel) run = default;
        var at = 0;
        for (var t = 0; t < e.Tokens.Count; t++)
        {
            tokens.Add(Whole(Math.Max(0, e.Tokens[t].End - at)));
            at = Math.Max(at, e.Tokens[t].End);
            var channel = e.Reasons[t] >= 0 ? e.Example.Weights[e.Reasons[t]].Channel : Channel.None;
            var (reason, number) = (reasons.Of(MaskTerminal.Reason(e, t)), channels.Of(MaskSourceText.Channel(channel)));
            if (run.Count > 0 && (run.Weight, run.Reason, run.Channel) == (e.Weights[t], reason, number))
            {
                run.Count++;
                continue;
            }

            End();
            run = (1, e.Weights[t], reason, number);
        }

        End();
        return (tokens, runs);

        void End()
        {
            if (run.Count > 0) runs.Add(RowValue.List(Whole(run.Count), RowValue.Of((double)run.Weight), Whole(run.Reason), Whole(run.Channel)));
        }
    }

    private static RowValue Whole(int value) => RowValue.Of(new BigInteger(value));

    private static string Template()
    {
        using var stream = typeof(MaskHtml).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Strings that many tokens share, kept once.</summary>
    private sealed class Numbered
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

        public int Of(string text)
        {
            if (!_numbers.TryGetValue(text, out var number)) _numbers[text] = number = _numbers.Count;
            return number;
        }

        public RowValue List() => RowValue.List([.. _numbers.Keys.Select(RowValue.Of)]);
    }
}
