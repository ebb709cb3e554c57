using System.Globalization;
using Spectre.Console;
using TrlSharp.Inspection;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands;

/// <summary>What is said before the first step: where every row went, and which tokens of the first chat are trained.</summary>
internal static class DataReport
{
    public static void Print(Terminal terminal, SftData data)
    {
        var account = data.Account;
        Line(terminal, "rows read", account.Rows);
        foreach (var (reason, (count, example)) in account.Dropped) terminal.Line(Text($"  left out           {count,12:N0}  {reason}; the first: {example}"));
        if (account.SplitRows > 0) Line(terminal, "  split", account.SplitRows, "rows into several examples, so that each is what sampling would give");
        Line(terminal, "examples", account.Examples);
        Line(terminal, "tokens", account.Tokens);
        Line(terminal, "  trained", account.TrainedTokens, Text($"({100.0 * account.TrainedTokens / Math.Max(1, account.Tokens):F1} %, Σ weights {account.TargetWeight:N1})"));
        Line(terminal, "packed rows", account.PackedRows);
        foreach (var (note, (count, example)) in account.Notes) terminal.Line(Text($"note: {count:N0} × {note}; the first: {example}"));
        if (data.FirstChat is not { } chat) return;
        terminal.Line();
        Show(terminal, MaskTerminal.Show(data.Builder.Explain(chat), data.Builder.Policy.Name, chat.Origin.ToString()));
    }

    /// <summary>Pieces of a mask view: colour where there is colour; the brackets say the same without.</summary>
    public static void Show(Terminal terminal, IEnumerable<TextPiece> pieces)
    {
        foreach (var piece in pieces) terminal.Ansi.Write(new Text(piece.Text, StyleOf(piece.Tone)));
        terminal.Line();
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
