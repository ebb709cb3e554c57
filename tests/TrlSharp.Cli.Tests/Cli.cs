namespace TrlSharp.Cli.Tests;

/// <summary>Runs a command in this process and returns what it wrote.</summary>
internal static class Cli
{
    public static Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] args) => RunWithInputAsync("", args);

    /// <param name="input">What is piped in.</param>
    /// <param name="args">The command line.</param>
    public static async Task<(int ExitCode, string Out, string Error)> RunWithInputAsync(string input, params string[] args)
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, Terminal.Create(output, error, interactive: false) with { In = reader });
        return (code, output.ToString(), error.ToString());
    }
}
