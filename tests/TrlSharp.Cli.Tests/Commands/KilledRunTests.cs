using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TrlSharp.Cli.Demo;

namespace TrlSharp.Cli.Tests.Commands;

/// <summary>Runs of the real program that are killed at random moments of reading, training and saving. 200 of them when TRLSHARP_NIGHTLY=1.</summary>
public sealed class KilledRunTests : IDisposable
{
    private static readonly int Kills = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 200 : 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-killed-").FullName;

    public KilledRunTests()
    {
        DemoModel.Write(Path.Combine(_folder, "model"), seed: 1);
        File.WriteAllLines(Path.Combine(_folder, "chats.jsonl"), MiniNectar.Chats(64, seed: 1).Select(c => c.ToString()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_ends_with_the_bytes_of_the_undisturbed_one()
    {
        var whole = Path.Combine(_folder, "whole");
        using (var undisturbed = Start(whole)) await ExitsWith(undisturbed, ExitCode.Done);
        var random = new SeededRandom(11);
        var kills = 0;
        for (var run = 0; kills < Kills; run++)
        {
            var output = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"run-{run}"));
            // From before the first checkpoint to about the end.
            while (kills < Kills && await Killed(output, TimeSpan.FromMilliseconds(300 + random.Next(2500)))) kills++;
            using (var last = Start(output)) await ExitsWith(last, ExitCode.Done);
            Assert.Equal(Hash(whole, "model.safetensors"), Hash(output, "model.safetensors"));
            Assert.Equal(Hash(whole, "trainer_state.json"), Hash(output, "trainer_state.json"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(output, ".checkpoint-*"));
            Directory.Delete(output, recursive: true);
        }
    }

    /// <summary>Preparing alone: what a killed <c>data prepare</c> leaves is nothing, or whole; and the next one finishes the work and cleans up.</summary>
    [Fact]
    public async Task Preparing_that_is_killed_leaves_the_cache_right()
    {
        var (chats, cache) = (Path.Combine(_folder, "many.jsonl"), Path.Combine(_folder, "cache"));
        File.WriteAllLines(chats, Enumerable.Range(0, 12).SelectMany(i => MiniNectar.Chats(64, seed: (ulong)(1 + i))).Select(c => c.ToString()));
        var clock = Stopwatch.StartNew();
        using (var undisturbed = Prepare(chats, cache)) await ExitsWith(undisturbed, ExitCode.Done);
        var (longest, file) = ((int)(1.1 * clock.Elapsed.TotalMilliseconds), Assert.Single(Directory.GetFiles(cache)));
        var whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var random = new SeededRandom(12);
        for (var kill = 0; kill < Kills; kill++)
        {
            File.Delete(file);
            using (var run = Prepare(chats, cache))
            {
                if (!run.WaitForExit(random.Next(longest))) run.Kill();
                await run.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            if (File.Exists(file)) Assert.Equal(whole, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        }

        using (var last = Prepare(chats, cache)) await ExitsWith(last, ExitCode.Done);
        Assert.Equal(whole, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(cache)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SIGTERM_saves_a_checkpoint_and_exits_with_75()
    {
        var whole = Path.Combine(_folder, "whole");
        using (var undisturbed = Start(whole)) await ExitsWith(undisturbed, ExitCode.Done);
        var output = await Stopped();
        Assert.Single(Directory.EnumerateDirectories(output, "checkpoint-*"));
        using (var again = Start(output, "--save_strategy", "no")) await ExitsWith(again, ExitCode.Done);
        Assert.Equal(Hash(whole, "model.safetensors"), Hash(output, "model.safetensors"));
    }

    /// <summary>The folder of a run that was ended by SIGTERM in the middle. On a busy machine the signal may come after the last update; then another run is tried.</summary>
    private async Task<string> Stopped()
    {
        for (var attempt = 0; ; attempt++)
        {
            var output = Path.Combine(_folder, FormattableString.Invariant($"stopped-{attempt}"));
            using var run = Start(output, "--save_strategy", "no");
            while (await run.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("  loss ", StringComparison.Ordinal)) { }
            using var kill = Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]);
            var rest = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (run.ExitCode == ExitCode.Done && attempt < 5) continue;
            Assert.True(run.ExitCode == ExitCode.Terminated, $"{run.ExitCode} instead of {ExitCode.Terminated}: {await rest}{error}");
            return output;
        }
    }

    private async Task<bool> Killed(string output, TimeSpan after)
    {
        using var run = Start(output);
        var exited = run.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (await Task.WhenAny(exited, Task.Delay(after, TestContext.Current.CancellationToken)) == exited) return false;
        run.Kill();
        await exited;
        return run.ExitCode != ExitCode.Done;
    }

    private Process Start(string output, params string[] more)
    {
        string[] arguments =
        [
            "sft", "--model_name_or_path", Path.Combine(_folder, "model"), "--dataset_name", Path.Combine(_folder, "chats.jsonl"), "--output_dir", output, "--bf16", "false", "--max_steps", "40",
            "--per_device_train_batch_size", "4", "--gradient_accumulation_steps", "2", "--save_steps", "2", "--save_total_limit", "3", "--logging_steps", "1", "--packing", "--max_length", "256",
            "--resume_from_checkpoint", "true", .. more,
        ];
        return Run(arguments);
    }

    private Process Prepare(string chats, string cache) =>
        Run("data", "prepare", chats, "--model_name_or_path", Path.Combine(_folder, "model"), "--data_cache", cache, "--packing", "--max_length", "256");

    private static Process Run(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "TrlSharp.Cli.exe" : "TrlSharp.Cli");
        return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task ExitsWith(Process run, int code)
    {
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == code, $"{run.ExitCode} instead of {code}: {await output}{error}");
    }

    private static string Hash(string folder, string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file))));
}
