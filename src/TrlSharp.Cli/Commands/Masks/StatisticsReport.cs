using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Inspection;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>Totals of a survey as plain lines.</summary>
internal static class StatisticsReport
{
    /// <summary>Shares of trained tokens outside of which a mask is worth a second look.</summary>
    private const double Little = 0.01, Much = 0.9;

    public static void Print(Terminal terminal, MaskStatistics s, MaskSetup setup)
    {
        var dropped = s.Dropped.Sum(d => d.Count);
        var refused = s.Refused.Sum(d => d.Count);
        terminal.Line(Text($"rows in      {s.Rows,12:N0} = {s.RowsTrained:N0} trained + {dropped:N0} left out + {refused:N0} refused + {s.Unreadable:N0} unreadable"));
        terminal.Line(Text($"examples     {s.Sequences,12:N0}   {s.RowsSplit:N0} rows became several, so that each is what sampling would give"));
        terminal.Line(Text($"tokens       {s.Tokens,12:N0}   {s.TrainedTokens:N0} trained ({Share(s):P1}), Σ weights {s.Weight:N1}"));
        terminal.Line();
        terminal.Line(Text($"{"role",-12} {"channel",-16} {"tokens",12} {"trained",12} {"Σ weights",14}"));
        foreach (var c in s.Channels) terminal.Line(Text($"{c.Role,-12} {c.Channel,-16} {c.Tokens,12:N0} {c.Trained,12:N0} {c.Weight,14:N1}"));
        terminal.Line();
        foreach (var (id, count) in s.Stops) terminal.Line(Text($"stop {setup.Tokenizer.TokenOf(id)} (id {id}): trained {count:N0} times{(Unknown(setup, id) ? "; generation_config.json does not list it, so engines will not stop there: add it to eos_token_id" : "")}"));
        Print(terminal, "left out", s.Dropped);
        Print(terminal, "refused", s.Refused);
        if (s.Unreadable > 0) terminal.Line(Text($"unreadable   {s.Unreadable,12:N0}   the first: {s.FirstUnreadable}"));
        Print(terminal, "note", s.Findings);
        if (s.Tokens > 0 && Share(s) is < Little or > Much) terminal.Line(Text($"warning: {Share(s):P1} of all tokens are trained; look at some rows with mask show."));
        foreach (var row in s.Worst) terminal.Line($"least trained: {row}");
    }

    private static void Print(Terminal terminal, string name, IReadOnlyList<FaultCount> counts)
    {
        foreach (var c in counts) terminal.Line(Text($"{name,-12} {c.Count,12:N0}   {c.Fault.Code()}; the first: {c.Example}"));
    }

    private static bool Unknown(MaskSetup setup, int id) => setup.Options.StopIds.Count > 0 && !setup.Options.StopIds.Contains(id);

    private static double Share(MaskStatistics s) => (double)s.TrainedTokens / Math.Max(1, s.Tokens);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
