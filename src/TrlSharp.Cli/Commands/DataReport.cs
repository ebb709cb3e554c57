using System.Globalization;
using Spectre.Console;
using TrlSharp.Cli.Commands.Masks;
using TrlSharp.Inspection;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands;

/// <summary>What is said before the first step: where every row and token went, and which tokens of the first chat are trained.</summary>
internal static class DataReport
{
    /// <param name="terminal">Where to.</param>
    /// <param name="data">What was prepared.</param>
    /// <param name="sources">Where it was read from, for what TRL would have trained of it.</param>
    public static void Print(Terminal terminal, SftData data, IReadOnlyList<SourceOptions> sources)
    {
        foreach (var notice in data.Notices) terminal.Line($"note: {notice}");
        Print(terminal, data.Account);
        if (data.EvaluationAccount is { } evaluation)
        {
            terminal.Line();
            terminal.Line("evaluation");
            Print(terminal, evaluation);
        }

        if (data.FirstChat is not { } chat) return;
        foreach (var line in TrlTotals.OfSample(data.Builder, sources).Lines("the first")) terminal.Line(line);
        terminal.Line();
        Show(terminal, Shortened(MaskTerminal.Show(data.Builder.Explain(chat), data.Builder.Policy.Name, chat.Origin.ToString())));
    }

    /// <summary>Every arrow from the files to the packed rows; what left at each.</summary>
    public static void Print(Terminal terminal, Account account)
    {
        foreach (var source in account.Sources)
        {
            if (account.Sources.Count > 1) terminal.Line(Text($"{source.Name}"));
            Line(terminal, "rows read", source.Rows, string.Join(", ", source.Formats.Select(f => Text($"{f.Value:N0} × {f.Key}"))));
            foreach (var (name, count, meaning) in Leaving(source))
                if (count > 0) Line(terminal, $"  {name}", count, meaning);
            if (source.Split > 0) Line(terminal, "  split", source.Split, "rows into several examples, so that each is what sampling would give");
            if (source.Truncated > 0) Line(terminal, "  truncated", source.Truncated, "examples lost tokens to max_length");
            if (source.SequencesTaken != source.Sequences) Line(terminal, "  not taken", source.Sequences - source.SequencesTaken, "examples: a quota, a part of an epoch or the end of the mixture");
        }

        foreach (var (reason, tally) in account.Reasons) terminal.Line(Text($"  left out           {tally.Count,12:N0}  {reason}; the first: {tally.First}"));
        Line(terminal, "examples", account.Sequences);
        Line(terminal, "tokens", account.Tokens);
        Line(terminal, "  trained", account.TrainedTokens, Text($"({100.0 * account.TrainedTokens / Math.Max(1, account.Tokens):F1} %, Σ weights {account.Weight:N1})"));
        if (account.Packing is { } packing) PrintPacking(terminal, packing);
        foreach (var (note, tally) in account.Notes) terminal.Line(Text($"note: {tally.Count:N0} × {note}; the first: {tally.First}"));
    }

    /// <summary>Pieces of a mask view: colour where there is colour; the brackets say the same without.</summary>
    public static void Show(Terminal terminal, IEnumerable<TextPiece> pieces)
    {
        foreach (var piece in pieces) terminal.Styled(piece.Text, StyleOf(piece.Tone));
        terminal.Line();
    }

    /// <summary>A look at a chat, not all of a long one; <c>mask show</c> shows all.</summary>
    internal static IEnumerable<TextPiece> Shortened(IReadOnlyList<TextPiece> pieces)
    {
        const int MostLines = 60, Longest = 600;
        var ends = Enumerable.Range(0, pieces.Count).Where(i => pieces[i].Text.EndsWith('\n')).ToArray();
        var (head, tail) = ends.Length > MostLines ? (ends[MostLines / 2], ends[^(MostLines / 2)]) : (pieces.Count, 0);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (i == head + 1) yield return new(Text($"   … {ends.Length - MostLines:N0} lines that mask show shows …\n"), TextTone.Frame);
            if (i > head && i <= tail) continue;
            var text = pieces[i].Text;
            yield return text.Length <= Longest || pieces[i].Tone == TextTone.Warning ? pieces[i]
                : pieces[i] with { Text = Text($"{Whole(text[..(Longest / 2)])} … {text.Length - Longest:N0} characters … {Whole(text[^(Longest / 2)..])}") };
        }
    }

    /// <summary>Without half a character at either end.</summary>
    private static string Whole(string text) =>
        text[(char.IsLowSurrogate(text[0]) ? 1 : 0)..(char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length)];

    /// <summary>The ways in which rows leave between the file and the examples.</summary>
    internal static IEnumerable<(string Name, long Count, string Meaning)> Leaving(SourceAccount source) =>
    [
        ("refused", source.Refused, "rows cannot be used"),
        ("filtered", source.Filtered, "rows do not pass the filters"),
        ("duplicates", source.Duplicates, "rows say the same as an earlier one"),
        ("contaminated", source.Contaminated, "rows have a prompt of the evaluation data"),
        ("held out", source.HeldOut, "rows are on the other side of the split"),
        ("dropped", source.Dropped, "rows gave no example"),
    ];

    private static void PrintPacking(Terminal terminal, PackingTotals packing)
    {
        Line(terminal, "packed rows", packing.Rows, Text($"{packing.TokensOut:N0} tokens, Σ weights {packing.WeightOut:N1}"));
        if (packing.Truncated > 0) Line(terminal, "  truncated", packing.Truncated, "examples cut at the end of a row");
        if (packing.Split > 0) Line(terminal, "  cut", packing.Split, "examples stand in more than one piece");
        if (packing.Sharing > 0)
        {
            var share = 100.0 * packing.TokensShared / Math.Max(1, packing.TokensIn);
            Line(terminal, "  shared", packing.TokensShared, Text($"tokens ({share:F1} %) stand once for several of {packing.Sharing:N0} examples with a common beginning"));
        }

        if (packing.Apart > 0) Line(terminal, "  apart", packing.Apart, "examples repeat a beginning that they have in common: together they are longer than a row");
        if (packing.Joined > 0) Line(terminal, "  joined", packing.Joined, "documents continue in the same row");
    }

    private static Style StyleOf(TextTone tone) => tone switch
    {
        TextTone.Content or TextTone.Stop => new(Color.Green),
        TextTone.Thinking => new(Color.Blue),
        TextTone.Tool => new(Color.Yellow),
        TextTone.Heading => new(decoration: Decoration.Bold),
        TextTone.Frame or TextTone.Context => new(Color.Grey),
        TextTone.Warning => new(Color.Red),
        _ => Style.Plain,
    };

    private static void Line(Terminal terminal, string name, long count, string rest = "") => terminal.Line(Text($"{name,-20} {count,12:N0}  {rest}").TrimEnd());

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
