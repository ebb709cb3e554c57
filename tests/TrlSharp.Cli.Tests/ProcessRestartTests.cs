using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TrlSharp.Cli.Tests;

/// <summary>Commands that train run without glibc's cache of small blocks, in the process that was started and with its arguments.</summary>
public sealed class ProcessRestartTests : IDisposable
{
    private const string Setting = "glibc.malloc.tcache_count=";
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-restart-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, Setting + "0")]
    [InlineData("glibc.malloc.arena_max=1", Setting + "0:glibc.malloc.arena_max=1")]
    [InlineData(Setting + "5", Setting + "5")]
    public async Task Training_runs_without_the_cache_of_small_blocks_unless_the_user_says_otherwise(string? present, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "glibc is the C library of Linux.");
        string[] arguments = ["demo", "--output_dir", Path.Combine(_folder, "ıçğ ü"), "--seed", "7"];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "TrlSharp.Cli"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("GLIBC_TUNABLES");
        if (present is not null) start.Environment["GLIBC_TUNABLES"] = present;
        using var run = Process.Start(start)!;
        try
        {
            // The first line is printed after the restart, if there is one.
            var line = await run.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.Contains("chats", line, StringComparison.Ordinal);
            // glibc cuts its own settings apart where they lie.
            Assert.Contains($":GLIBC_TUNABLES={expected}:", $":{string.Join(':', Of(run, "environ"))}:", StringComparison.Ordinal);
            Assert.Equal(arguments, Of(run, "cmdline").Skip(1));
        }
        finally
        {
            run.Kill();
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static string[] Of(Process process, string file) =>
        Encoding.UTF8.GetString(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/{file}"))).TrimEnd('\0').Split('\0');
}
