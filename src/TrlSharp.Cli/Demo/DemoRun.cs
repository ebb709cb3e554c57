using TrlSharp.Inspection;
using TrlSharp.Preparation;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Cli.Demo;

/// <summary>One of the demo's three trainings: the same rows, the same start, the same budget; only the trained tokens differ.</summary>
/// <param name="Title">What is trained, in words.</param>
/// <param name="Policy">As <c>--train</c> takes it.</param>
/// <param name="Folder">Name of the model folder.</param>
internal sealed record DemoRun(string Title, string Policy, string Folder)
{
    /// <summary>What a plain collator does; what most trainers do; what the data ask for.</summary>
    public static IReadOnlyList<DemoRun> All { get; } =
    [
        new("every token", "everything", "every-token"),
        new("all assistant turns", "assistant", "all-turns"),
        new("final turn only", "last", "final-turn"),
    ];

    /// <summary>Everything to be shown about a finished training.</summary>
    internal sealed record Outcome(DemoRun Run, Account Account, IReadOnlyList<TextPiece> Mask, IReadOnlyList<(double X, double Y)> Curve, Exam.Result Exam);

    public Outcome Train(string baseModel, string data, string output, DemoSize size, CancellationToken stop)
    {
        var settings = new SftSettings
        {
            Model = new() { Path = baseModel, Bf16 = false },
            Data = new() { Path = data, Policy = TrainPolicy.Parse(Rows.RowValue.Of(Policy)) },
            OverwriteOutput = true,
            Given = ["train", "max_steps", "learning_rate"],
            Training = new() { Training = Options(output, size) },
        };
        Account? account = null;
        IReadOnlyList<TextPiece> mask = [];
        var curve = new Curve();
        SftRun.Execute(settings, prepared =>
        {
            account = prepared.Account;
            mask = MaskTerminal.Show(prepared.Builder.Explain(prepared.FirstChat!), Title, "the first chat");
        }, curve, stop);
        return new(this, account!, mask, curve.Points, Exam.Take(output, MiniNectar.Questions(size.Largest).HeldOut, stop));
    }

    private static TrainingOptions Options(string output, DemoSize size) => new()
    {
        OutputFolder = output,
        MaxSteps = size.Steps,
        BatchSize = size.Batch,
        Optimizer = new() { LearningRate = size.LearningRate, Beta2 = 0.95 },
        Schedule = "cosine",
        WarmupSteps = size.WarmupSteps,
        LoggingSteps = 20,
        SaveStrategy = IntervalStrategy.No,
    };

    /// <summary>The loss after every update, averaged over ten, so that curves can be read.</summary>
    private sealed class Curve : IProgress<RunEvent>
    {
        private const int Window = 10;
        private double _sum;
        private int _count;

        public List<(double X, double Y)> Points { get; } = [];

        public void Report(RunEvent value)
        {
            if (value is not RunEvent.Updated updated) return;
            _sum += updated.Step.Loss;
            if (++_count < Window) return;
            Points.Add((updated.Update, _sum / _count));
            (_sum, _count) = (0, 0);
        }
    }
}
