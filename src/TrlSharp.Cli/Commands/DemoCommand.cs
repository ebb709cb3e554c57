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
        var quick = new Option<bool>("--quick") { Description = "A third of the updates: under 15 seconds." };
        var output = new Option<string>("--output_dir", "--output-dir") { Description = "Where the three models and report.html go.", DefaultValueFactory = _ => "trlsharp-demo" };
        var seed = new Option<ulong>("--seed") { Description = "Another seed makes other chats and other start weights.", DefaultValueFactory = _ => 1 };
        var command = new Command("demo", "Train a small model three times on the same chats (every token, all assistant turns, the final turn only) and compare.") { quick, output, seed };
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, parsed.GetValue(quick) ? DemoSize.Quick : DemoSize.Full, parsed.GetValue(output)!, parsed.GetValue(seed), stop)));
        return command;
    }

    private static int Run(Terminal terminal, DemoSize size, string folder, ulong seed, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        terminal.Line(Text($"{size.Chats:N0} chats of small sums. A weak model wrote the earlier answers and counts one too far; only the final answer of a chat is right."));
        terminal.Line(Text($"Three trainings, the same chats, the same start, {size.Steps} updates each. Only the trained tokens differ."));
        terminal.Line();
        var data = WriteStart(folder, size, seed);
        var outcomes = new List<DemoRun.Outcome>();
        foreach (var run in DemoRun.All)
        {
            var before = clock.GetTimestamp();
            var outcome = run.Train(Path.Combine(folder, "start"), data, Path.Combine(folder, run.Folder), size.Steps, stop);
            outcomes.Add(outcome);
            var seconds = clock.GetElapsedTime(before).TotalSeconds;
            DataReport.Show(terminal, outcome.Mask);
            terminal.Line(Text($"{run.Title}: {DemoReport.Share(outcome)} tokens trained, loss {DemoReport.Loss(outcome)}, held-out questions right {DemoReport.Percent(outcome.Exam.Right, outcome.Exam.Asked)}  ({outcome.Account.Tokens / seconds:N0} tokens/s)"));
            terminal.Line();
        }

        var report = Path.Combine(folder, "report.html");
        File.WriteAllText(report, DemoReport.Write(outcomes));
        Compare(terminal, outcomes);
        terminal.Line(Text($"GEMM rate of this process: {GemmRate.Measure(TorchSharp.torch.float32) / 1e9:F0} GFLOP/s fp32. Total {clock.GetElapsedTime(started).TotalSeconds:F1} s."));
        terminal.Line($"models: {string.Join(", ", outcomes.Select(o => Path.Combine(folder, o.Run.Folder)))}");
        terminal.Line($"report: {report}");
        return ExitCode.Done;
    }

    private static string WriteStart(string folder, DemoSize size, ulong seed)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !Directory.Exists(Path.Combine(folder, "start")))
            throw new ConfigException($"--output_dir: {folder} holds files that are not of an earlier demo. Choose another folder.");
        DemoModel.Write(Path.Combine(folder, "start"), seed);
        var data = Path.Combine(folder, "chats.jsonl");
        File.WriteAllLines(data, MiniNectar.Chats(size.Chats, seed).Select(c => c.ToString()));
        return data;
    }

    private static void Compare(Terminal terminal, List<DemoRun.Outcome> outcomes)
    {
        var table = new Table().AddColumns("trained", "held-out questions right", "answered as the weak model").Border(terminal.IsInteractive ? TableBorder.Rounded : TableBorder.Ascii);
        foreach (var outcome in outcomes) table.AddRow(outcome.Run.Title, DemoReport.Percent(outcome.Exam.Right, outcome.Exam.Asked), DemoReport.Percent(outcome.Exam.Weak, outcome.Exam.Asked));
        terminal.Ansi.Write(table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
