using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TrlSharp.Cli.Demo;
using TrlSharp.Tests;

namespace TrlSharp.Cli.Tests.Samples;

/// <summary>Every file of <c>samples/</c> compiles against the library as it is, and does what it says.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp samples ü ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Files => [.. Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "samples"), "*.cs").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_compiles_without_a_warning(string file)
    {
        var diagnostics = Compile(file).GetDiagnostics(TestContext.Current.CancellationToken).Where(d => d.Severity >= DiagnosticSeverity.Warning);
        Assert.Empty(diagnostics.Select(d => d.ToString()));
    }

    [Fact]
    public void Masks_prints_ids_and_weights_of_as_many_tokens()
    {
        var lines = Execute("masks.cs", Model()).Split('\n');
        var ids = Assert.Single(lines, l => l.StartsWith("ids [", StringComparison.Ordinal));
        var weights = Assert.Single(lines, l => l.StartsWith("weights [", StringComparison.Ordinal));
        Assert.Equal(ids.Count(c => c == ','), weights.Count(c => c == ','));
        Assert.Contains(",1", weights, StringComparison.Ordinal);
    }

    [Fact]
    public void Chat_streams_an_answer() => Assert.NotEqual("", Execute("chat.cs", Model(), "What is 3 plus 4?"));

    [Theory]
    [InlineData("sft_loop.cs")]
    [InlineData("sft_trainer.cs")]
    public void The_two_ways_to_train_lower_the_loss_and_write_a_folder(string file)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1", "A hundred updates: set TRLSHARP_NIGHTLY=1.");
        var chats = Path.Combine(_folder, "chats.jsonl");
        File.WriteAllLines(chats, MiniNectar.Chats(400, seed: 1).Select(c => c.ToString()));
        var output = Path.Combine(_folder, "out");
        var losses = Execute(file, Model(), chats, output).Split('\n').Where(l => l.Contains("loss", StringComparison.Ordinal)).Select(Loss).ToList();
        Assert.True(losses[^1] < losses[0], $"{losses[0]} → {losses[^1]}");
        Assert.True(File.Exists(Path.Combine(output, "model.safetensors")));
    }

    private static double Loss(string line) =>
        double.Parse(line[(line.IndexOf("loss", StringComparison.Ordinal) + 4)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private string Model()
    {
        var model = Path.Combine(_folder, "model");
        DemoModel.Write(model, seed: 1);
        return model;
    }

    /// <summary>A program of its own, with the libraries of this test beside it.</summary>
    private static string Execute(string file, params string[] arguments)
    {
        var name = $"sample.{Path.GetFileNameWithoutExtension(file)}";
        var program = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        using (var stream = File.Create(program)) Assert.True(Compile(file).Emit(stream).Success);
        var tests = Path.Combine(AppContext.BaseDirectory, typeof(SampleTests).Assembly.GetName().Name!);
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", tests + ".runtimeconfig.json", "--depsfile", tests + ".deps.json", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }

    private static CSharpCompilation Compile(string file)
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);
        var source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "samples", file));
        var usings = string.Concat(new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks" }.Select(n => $"global using {n};"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        return CSharpCompilation.Create(
            $"sample.{Path.GetFileNameWithoutExtension(file)}",
            [CSharpSyntaxTree.ParseText(source, options, file), CSharpSyntaxTree.ParseText(usings, options)],
            references,
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
    }
}
