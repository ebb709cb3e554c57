namespace TrlSharp.Cli.Tests;

/// <summary>Runs a command in this process and returns what it wrote.</summary>
internal static class Cli
{
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, Terminal.Create(output, error, interactive: false));
        return (code, output.ToString(), error.ToString());
    }
}
