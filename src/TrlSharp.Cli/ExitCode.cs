namespace TrlSharp.Cli;

/// <summary>What the process tells its caller. The table is printed by <c>trlsharp --help</c> and stands in the README.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int Data = 3;
    public const int Numeric = 4;
    public const int Resource = 5;
    public const int ModelFolder = 6;
    public const int Terminated = 75;
    public const int Interrupted = 130;

    public static IReadOnlyList<(int Code, string Meaning)> Table { get; } =
    [
        (Done, "done"),
        (Failure, "a fault in trlsharp itself; please report it"),
        (Usage, "wrong command, option, configuration or path"),
        (Data, "data, chat template or mask refused; the message names the row"),
        (Numeric, "training stopped: a loss or gradient is not finite"),
        (Resource, "out of disk or memory; the last complete save is intact"),
        (ModelFolder, "model folder, tokenizer or checkpoint missing, damaged or not supported"),
        (Terminated, "stopped by SIGTERM after saving; run the same command with --resume_from_checkpoint true to go on"),
        (Interrupted, "stopped by Ctrl-C after saving (a second Ctrl-C stops at once)"),
    ];
}
