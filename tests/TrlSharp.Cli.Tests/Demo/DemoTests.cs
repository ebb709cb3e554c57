using TrlSharp.Cli.Demo;

namespace TrlSharp.Cli.Tests.Demo;

public sealed class DemoTests : IDisposable
{
    private static readonly DemoSize Small = new(Largest: 2, Steps: 12, Batch: 4, LearningRate: 5e-3, WarmupSteps: 4);
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp demo ü ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_demo_twice_gives_the_same_weights_bit_for_bit()
    {
        var (first, second) = (Path.Combine(_folder, "first"), Path.Combine(_folder, "second"));
        foreach (var folder in new[] { first, second }) DemoTrainings.Execute(folder, Small, seed: 3, (_, _) => { }, TestContext.Current.CancellationToken);
        foreach (var run in DemoRun.All)
            Assert.Equal(Weights(first, run), Weights(second, run));
        Assert.Equal(3, DemoRun.All.Select(run => Convert.ToBase64String(Weights(first, run))).Distinct().Count());
    }

    [Fact]
    public void The_report_is_one_file_that_loads_nothing_from_elsewhere()
    {
        DemoTrainings.Execute(_folder + "/out", Small, seed: 1, (_, _) => { }, TestContext.Current.CancellationToken);
        var html = File.ReadAllText(DemoTrainings.Report(_folder + "/out"));
        Assert.Contains("prefers-color-scheme", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        foreach (var run in DemoRun.All) Assert.Contains(run.Title, html, StringComparison.Ordinal);
    }

    [Fact]
    public void No_held_out_question_is_asked_in_a_chat()
    {
        foreach (var largest in new[] { DemoSize.Quick.Largest, DemoSize.Full.Largest, MiniNectar.LargestNumber })
        {
            var heldOut = MiniNectar.Questions(largest).HeldOut.Select(q => q.Text).ToHashSet(StringComparer.Ordinal);
            Assert.NotEmpty(heldOut);
            Assert.DoesNotContain(MiniNectar.Questions(largest).Training, q => heldOut.Contains(q.Text));
            Assert.DoesNotContain(MiniNectar.Chats(200, 1, largest).SelectMany(c => heldOut.Where(q => c.ToString().Contains($"\"{q}\"", StringComparison.Ordinal))), _ => true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Training_the_final_turn_only_is_what_learns_the_right_answers(ulong seed)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1", "The whole quick demo: set TRLSHARP_NIGHTLY=1.");
        var right = DemoTrainings.Execute(_folder + "/out", DemoSize.Quick, seed, (_, _) => { }, TestContext.Current.CancellationToken).Select(o => o.Exam.Accuracy).ToList();
        Assert.True(right[2] > 0.8 && right[2] > right[0] + 0.2 && right[2] > right[1] + 0.2, string.Join(' ', right));
    }

    private static byte[] Weights(string folder, DemoRun run) => File.ReadAllBytes(Path.Combine(folder, run.Folder, "model.safetensors"));
}
