namespace TrlSharp.Cli;

/// <summary>Exceptions to one line and an exit code. A user's mistake never prints a stack trace; a fault of ours always does.</summary>
internal static class Faults
{
    private const int NoSpaceLeft = 28;
    private const int DiskQuotaExceeded = 122;

    public static (string Line, int ExitCode)? Translate(Exception e, StopSignals signals) => e switch
    {
        TrlSharpException ours => ($"error: {ours.Message}", ours.ExitCode),
        OperationCanceledException => ("stopped.", signals.ExitCode ?? ExitCode.Interrupted),
        OutOfMemoryException => ("error: out of memory. Use a smaller batch (--per_device_train_batch_size), a shorter --max_length, or --gradient_checkpointing true.", ExitCode.Resource),
        IOException io when IsDiskFull(io) => ($"error: the disk is full: {io.Message} Free some space; nothing under a final name was changed.", ExitCode.Resource),
        UnauthorizedAccessException denied => ($"error: {denied.Message} Choose another folder or change its permissions.", ExitCode.Usage),
        AggregateException { InnerExceptions: [var single] } => Translate(single, signals),
        _ => ($"error: a fault in trlsharp itself; please report it with the command and these lines.\n{e}", ExitCode.Failure),
    };

    private static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) is NoSpaceLeft or DiskQuotaExceeded;
}
