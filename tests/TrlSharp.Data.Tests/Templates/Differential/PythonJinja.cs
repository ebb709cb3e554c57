using System.Diagnostics;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>
/// Jinja2 itself, in a child process. Needs <c>python3</c> with <c>jinja2</c> (Debian: <c>apt-get install python3-jinja2</c>), or the interpreter that
/// TRLSHARP_PYTHON names; tests that ask it are skipped with a message where it is absent.
/// </summary>
internal static class PythonJinja
{
    private static readonly string[] Candidates = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string?> Interpreter = new(FindInterpreter);

    /// <summary>A template to be rendered over one of the contexts.</summary>
    public sealed record Request(string Template, int Context, string Now = "2025-07-09T13:05:07");

    /// <summary>What came of a request: a text, the kind of an error, or a limit of Python's own.</summary>
    public sealed record Answer(string? Text, string? Error, string? Limit);

    /// <summary>The answers, in the order of the requests.</summary>
    public static IEnumerable<Answer> Ask(IReadOnlyList<RowValue> contexts, IReadOnlyList<Request> requests)
    {
        if (Interpreter.Value is not { } python)
            Assert.Skip("No python3 with jinja2: `apt-get install python3-jinja2` (or TRLSHARP_PYTHON=…) to compare with Jinja2 itself.");
        var script = Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Templates", "Differential", "reference.py");
        using var process = Process.Start(new ProcessStartInfo(Interpreter.Value!, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.WriteLine(RowValue.List(contexts).ToString());
            foreach (var request in requests) process.StandardInput.WriteLine(Line(request));
            process.StandardInput.Close();
        });
        var answered = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            answered++;
            yield return Read(RowValue.Parse(line));
        }

        writing.Wait();
        process.WaitForExit();
        Assert.Equal(requests.Count, answered);
    }

    private static string Line(Request request) =>
        RowValue.MapOf(("t", RowValue.Of(request.Template)), ("c", RowValue.Of((System.Numerics.BigInteger)request.Context)), ("now", RowValue.Of(request.Now))).ToString();

    private static Answer Read(RowValue answer) => new(answer.Find("out")?.Text, answer.Find("err") is { } error ? $"{error.Text}: {answer.Find("message")!.Text}" : null, answer.Find("limit")?.Text);

    private static string? FindInterpreter()
    {
        var candidates = Environment.GetEnvironmentVariable("TRLSHARP_PYTHON") is { Length: > 0 } chosen ? [chosen] : Candidates;
        foreach (var candidate in candidates)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(candidate, ["-c", "import jinja2"]) { RedirectStandardError = true })!;
                process.WaitForExit();
                if (process.ExitCode == 0) return candidate;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed.
            }
        }

        return null;
    }
}
