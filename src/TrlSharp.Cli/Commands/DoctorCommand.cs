using System.CommandLine;
using TrlSharp.Cli.Doctor;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp doctor</c>: is this machine ready, how fast is it, and what to do about each fault.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("doctor", "Check this machine: runtime, libtorch, threads, memory, disk, GPU, matrix-multiplication rate; and say what to do about each fault.");
        command.SetAction(_ => Run(terminal));
        return command;
    }

    private static int Run(Terminal terminal)
    {
        var blocked = false;
        foreach (var finding in MachineChecks.All().Concat(TorchChecks.All()))
        {
            terminal.Line($"{(finding.Fix is null ? "ok  " : finding.Blocks ? "FAIL" : "note")} {finding.Subject,-20} {finding.Value}");
            if (finding.Fix is not null) terminal.Line($"     {"",-20} → {finding.Fix}");
            blocked |= finding.Blocks && finding.Fix is not null;
        }

        return blocked ? ExitCode.Resource : ExitCode.Done;
    }
}
