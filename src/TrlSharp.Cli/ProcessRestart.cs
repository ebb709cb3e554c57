using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TrlSharp.Cli;

/// <summary>
/// Commands that train begin once more with glibc's cache of small blocks turned off, which is possible at the start of a process alone. That cache keeps the slivers that are left where
/// libtorch aligns its blocks, so that holes between tensors do not grow together: 200 to 400 MB of 2 GB (<c>docs/decisions/0008</c>). It costs about 30 ms.
/// </summary>
internal static unsafe partial class ProcessRestart
{
    private const string Variable = "GLIBC_TUNABLES";
    private const string Setting = "glibc.malloc.tcache_count";

    private static readonly string[] Trains = ["sft", "demo"];

    /// <summary>
    /// Puts the same program with the same arguments, streams and process id in this one's place; comes back only where there is nothing to do: another command, another C library,
    /// a user who has decided about the setting, a debugger, a system that refuses.
    /// </summary>
    public static void IfItTrains(IReadOnlyList<string> args)
    {
        if (!OperatingSystem.IsLinux() || args.Count == 0 || !Trains.Contains(args[0], StringComparer.Ordinal) || Debugger.IsAttached || Environment.ProcessPath is not { } program) return;
        var present = Environment.GetEnvironmentVariable(Variable);
        if (present?.Contains(Setting, StringComparison.Ordinal) == true) return;
        try
        {
            Again(program, string.IsNullOrEmpty(present) ? $"{Setting}=0" : $"{Setting}=0:{present}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without /proc or with another C library: training works, with more memory.
        }
    }

    private static void Again(string program, string value)
    {
        // The bytes as they came: an argument need not be text in any encoding.
        var line = File.ReadAllBytes("/proc/self/cmdline");
        if (line is not [.., 0]) return;
        fixed (byte* first = line)
        {
            var arguments = new nint[line.Count(b => b == 0) + 1];
            for (int i = 0, at = 0; i + 1 < arguments.Length; i++, at = Array.IndexOf(line, (byte)0, at) + 1) arguments[i] = (nint)(first + at);
            fixed (nint* pointers = arguments)
            {
                if (SetEnvironment(Variable, value, 1) == 0) _ = Execute(program, pointers);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, nint* arguments);
}
