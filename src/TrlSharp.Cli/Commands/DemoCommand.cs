using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TrlSharp.Cli.Demo;
using TrlSharp.Native;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp demo</c>: the question that this project answers, answered on the user's own machine, without network.</summary>
internal static class DemoCommand
{
    public static Command Create(Terminal terminal)
    {
        var quick = new Option<bool>("--quick") { Description = "Smaller numbers and fewer updates: less than half the time." };
        var output = new Option<string>("--output_dir", "--output-dir") { Description = "Where the three models and report.html go.", DefaultValueFactory = _ => "trlsharp-demo" };
        var seed = new Option<ulong>("--seed") { Description = "Another seed makes other chats and other start weights.", DefaultValueFactory = _ => 1 };
        var seeds = new Option<int>("--seeds") { Description = "Repeat with that many seeds, each in a folder of its own, and show mean and spread.", DefaultValueFactory = _ => 1 };
        var command = new Command("demo", "Train a small model three times on the same chats (every token, all assistant turns, the final turn only) and compare.") { quick, output, seed, seeds };
        command.SetAction((parsed, stop) =>
        {
            var size = parsed.GetValue(quick) ? DemoSize.Quick : DemoSize.Full;
            var (folder, first, count) = (parsed.GetValue(output)!, parsed.GetValue(seed), parsed.GetValue(seeds));
            if (count < 1) throw new ConfigException($"--seeds is {count}; it must be at least 1.");
            return Task.FromResult(count == 1 ? Run(terminal, size, folder, first, stop) : Repeat(terminal, size, folder, first, count, stop));
        });
        return command;
    }

    private static int Run(Terminal terminal, DemoSize size, string folder, ulong seed, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        terminal.Line(Text($"{size.Chats:N0} chats of small sums. A weak model wrote the earlier answers and counts one too far; only the final answer of a chat is right."));
        terminal.Line(Text($"Three trainings, the same chats, the same start, {size.Steps} updates each. Only the trained tokens differ."));
        terminal.Line();
        var outcomes = DemoTrainings.Execute(folder, size, seed, (outcome, time) => Show(terminal, outcome, time), stop);
        Compare(terminal, [outcomes]);
        terminal.Line(Text($"GEMM rate of this process: {GemmRate.Measure(TorchSharp.torch.float32) / 1e9:F0} GFLOP/s fp32. Total {clock.GetElapsedTime(started).TotalSeconds:F1} s."));
        terminal.Line($"models: {string.Join(", ", outcomes.Select(o => Path.Combine(folder, o.Run.Folder)))}");
        terminal.Line($"report: {DemoTrainings.Report(folder)}");
        return ExitCode.Done;
    }

    private static int Repeat(Terminal terminal, DemoSize size, string folder, ulong first, int count, CancellationToken stop)
    {
        var all = new List<IReadOnlyList<DemoRun.Outcome>>();
        for (var i = 0; i < count; i++)
        {
            var seed = first + (ulong)i;
            terminal.Line(Text($"seed {seed}"));
            all.Add(DemoTrainings.Execute(Path.Combine(folder, Text($"seed-{seed}")), size, seed, (outcome, _) => terminal.Line($"  {Result(outcome)}"), stop));
        }

        terminal.Line(Text($"Mean ± standard deviation over {count} seeds:"));
        Compare(terminal, all);
        return ExitCode.Done;
    }

    private static void Show(Terminal terminal, DemoRun.Outcome outcome, TimeSpan time)
    {
        DataReport.Show(terminal, outcome.Mask);
        terminal.Line(Text($"{Result(outcome)}  ({outcome.Account.Tokens / time.TotalSeconds:N0} tokens/s)"));
        terminal.Line();
    }

    private static string Result(DemoRun.Outcome o) =>
        $"{o.Run.Title}: {DemoReport.Share(o)} tokens trained, loss {DemoReport.Loss(o)}, held-out questions right {DemoReport.Percent(o.Exam.Right, o.Exam.Asked)}";

    private static void Compare(Terminal terminal, IReadOnlyList<IReadOnlyList<DemoRun.Outcome>> seeds)
    {
        var table = new Table().AddColumns("trained", "held-out questions right", "answered as the weak model").Border(terminal.IsInteractive ? TableBorder.Rounded : TableBorder.Ascii);
        for (var i = 0; i < DemoRun.All.Count; i++)
        {
            var exams = seeds.Select(s => s[i].Exam).ToList();
            string Cell(Func<Exam.Result, int> count) => exams.Count == 1
                ? DemoReport.Percent(count(exams[0]), exams[0].Asked)
                : DemoTrainings.Spread([.. exams.Select(e => (double)count(e) / e.Asked)]);
            table.AddRow(DemoRun.All[i].Title, Cell(e => e.Right), Cell(e => e.Weak));
        }

        terminal.Ansi.Write(table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
