using System.Globalization;
using TrlSharp.Training;

namespace TrlSharp.Cli.Commands;

/// <summary>What <c>--dry_run</c> prints after the account of the data.</summary>
internal static class PlanReport
{
    private const double Mebibyte = 1L << 20;

    public static void Print(Terminal terminal, RunPlan plan)
    {
        terminal.Line();
        terminal.Line("plan");
        Line(terminal, "updates", Text($"{plan.Updates,12:N0}  in {plan.Epochs} epoch{(plan.Epochs == 1 ? "" : "s")} of {plan.Rows:N0} rows, {plan.Tokens:N0} tokens"));
        Line(terminal, "tokens", Text($"{plan.TokensOfRun,12:N0}  {plan.TokensOfRun / Math.Max(1, plan.Updates):N0} an update"));
        Line(terminal, "first update", Text($"{plan.FirstUpdate.Count,12:N0}  micro-batch{(plan.FirstUpdate.Count == 1 ? "" : "es")} of {string.Join(", ", plan.FirstUpdate.Take(8).Select(t => t.ToString("N0", CultureInfo.InvariantCulture)))}{(plan.FirstUpdate.Count > 8 ? ", …" : "")} tokens"));
        Line(terminal, "parameters", Text($"{plan.Parameters,12:N0}  of which {plan.Trainable:N0} train"));
        Line(terminal, "memory", Text($"{(plan.ProbedBytes + plan.Memory.Optimizer) / Mebibyte,12:N0}  MiB at most: {plan.ProbedBytes / Mebibyte:N0} measured with the largest micro-batch, {plan.Memory.Optimizer / Mebibyte:N0} for the optimizer"));
        Line(terminal, "", Text($"{"",12}  estimated parts: weights {plan.Memory.Weights / Mebibyte:N0}, gradient {plan.Memory.Gradient / Mebibyte:N0}, activations {plan.Memory.Activations / Mebibyte:N0}"));
        if (plan.Seconds is { } seconds) Line(terminal, "time", Text($"{RunProgress.Duration(seconds),12}  at the speed of a few passes just now, {plan.TokensOfRun / Math.Max(1e-9, seconds):N0} tokens/s"));
        terminal.Line("Nothing was trained or written.");
    }

    private static void Line(Terminal terminal, string name, string rest) => terminal.Line($"  {name,-18} {rest}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
