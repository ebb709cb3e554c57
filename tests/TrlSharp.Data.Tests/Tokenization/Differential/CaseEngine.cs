using System.Diagnostics;
using System.Text.Json;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>The real engine as a process that answers one tokenizer after the other (<c>cases.mjs</c>), started again when a file makes it crash.</summary>
internal sealed class CaseEngine : IDisposable
{
    private Process? _process;

    /// <summary>A tokenizer with texts to encode and ids to decode.</summary>
    public sealed record Question(string J, string[] T, int[][] D);

    /// <summary>Ids, and start and end of each in code points.</summary>
    public sealed record Encoding(int[] I, int[] O);

    /// <summary>Encodings without and with special tokens, decodes with and without them; null for what the engine refuses.</summary>
    public sealed record Answer(string? Error, Encoding?[]? E, Encoding?[]? S, string?[]? D, string?[]? K);

    /// <summary>The engine's answer, or null when it crashed or hung.</summary>
    public Answer? Ask(Question question)
    {
        var process = _process ??= Start();
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(question, JsonSerializerOptions.Web));
            process.StandardInput.Flush();
            var reading = process.StandardOutput.ReadLineAsync();
            if (reading.Wait(TimeSpan.FromSeconds(30)) && reading.Result is { } line) return JsonSerializer.Deserialize<Answer>(line, JsonSerializerOptions.Web);
        }
        catch (IOException)
        {
            // The pipe breaks when the process has gone.
        }

        Dispose();
        return null;
    }

    public void Dispose()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _process = null;
    }

    private static Process Start()
    {
        var script = Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Tokenization", "Differential", "cases.mjs");
        var start = new ProcessStartInfo("node", [script, RealEngine.Folder]) { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return process;
    }
}
