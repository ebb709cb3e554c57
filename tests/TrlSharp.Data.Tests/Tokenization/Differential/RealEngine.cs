using System.Diagnostics;
using System.Text.Json;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>
/// The Rust engine through npm. Needs node and, in the folder that TRLSHARP_NPM names, <c>npm install tokenizers@0.23</c>; tests that ask it
/// are skipped with a message where either is absent.
/// </summary>
internal static class RealEngine
{
    /// <summary>A text with the engine's answer: ids, and start and end of each in code points.</summary>
    public sealed record Answer(string T, int[] I, int[] O);

    public static IEnumerable<Answer> Generate(string tokenizerPath, int seed, int count) =>
        Run(null, tokenizerPath, $"{seed}", $"{count}");

    public static IEnumerable<Answer> Encode(string tokenizerPath, IEnumerable<string> texts) =>
        Run(string.Join('\n', texts.Select(text => JsonSerializer.Serialize(text))), tokenizerPath, "-");

    /// <summary>The folder with the npm package; skips the test where there is none.</summary>
    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("TRLSHARP_NPM");
            if (folder is null || !Directory.Exists(Path.Combine(folder, "node_modules", "tokenizers")))
                Assert.Skip("TRLSHARP_NPM names no folder with node_modules/tokenizers: run `npm install tokenizers@0.23` in one to compare with the real engine.");
            return folder!;
        }
    }

    private static IEnumerable<Answer> Run(string? input, params string[] arguments)
    {
        var script = Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Tokenization", "Differential", "answer.mjs");
        var start = new ProcessStartInfo("node", [script, Folder, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            if (input is not null) process.StandardInput.Write(input);
            process.StandardInput.Close();
        });
        while (process.StandardOutput.ReadLine() is { } line)
            yield return JsonSerializer.Deserialize<Answer>(line, JsonSerializerOptions.Web)!;
        writing.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
