using TrlSharp.Losses;
using TrlSharp.Sft;
using TrlSharp.Training;
using TrlSharp.Training.Guards;

namespace TrlSharp.Tests.Training.Guards;

public sealed class RunGuardsTests
{
    private static readonly int[][] Rows = [[0, 1], [2]];
    private readonly List<string> _told = [];

    [Fact]
    public void A_first_loss_worse_than_guessing_is_said()
    {
        Guards(guessing: 4).Look(1, Rows, Step(5.2));
        Assert.Contains("worse than guessing among all tokens (4.00)", Assert.Single(_told), StringComparison.Ordinal);
        _told.Clear();
        Guards(guessing: 4).Look(1, Rows, Step(4.5));
        Guards(guessing: null).Look(1, Rows, Step(50));
        Guards(guessing: 4).Look(2, Rows, Step(50));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_jump_of_the_loss_names_the_rows_of_the_worst_micro_batch()
    {
        var guards = Guards(guessing: null);
        for (var update = 1; update <= 40; update++) guards.Look(update, Rows, Step(2 + 0.01 * (update % 3)));
        Assert.Empty(_told);
        guards.Look(41, Rows, Step(9, worst: 1));
        Assert.Equal("update 41: the loss jumped to 9.000 from 2.010. It is highest in micro-batch 2 of 2: rows 2.", Assert.Single(_told));
    }

    [Fact]
    public void An_update_without_trained_tokens_is_said_once()
    {
        var guards = Guards(guessing: null);
        var nothing = Step(0) with { Divisor = 0, Applied = false };
        guards.Look(5, Rows, nothing);
        guards.Look(6, Rows, nothing);
        Assert.Contains("update 5 has no trained token (rows 0, 1, 2); the weights stay as they are", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_names_its_rows()
    {
        var model = new TinyModel();
        model.Parameters[1].Value.detach()[0, 0] = float.NaN;
        var fault = Assert.Throws<NumericException>(() => SftTrainer.Train(model, TinyModel.Rows(4), new() { Training = new() { BatchSize = 2, MaxSteps = 1, Sampling = SamplingStrategy.Sequential } },
            stop: TestContext.Current.CancellationToken));
        Assert.Contains("They are tiny.jsonl:1, tiny.jsonl:2.", fault.Message, StringComparison.Ordinal);
    }

    private RunGuards Guards(double? guessing) => new(guessing, numbers => $"rows {string.Join(", ", numbers)}", _told.Add);

    private static StepResult Step(double loss, int worst = 0) => new()
    {
        Loss = loss, Divisor = 100, GradientNorm = 1, LearningRate = 1, Applied = true,
        MicroBatches = [.. Enumerable.Range(0, 2).Select(i => new BatchLoss { Sum = i == worst ? loss * 60 : loss * 40, Divisor = 50, Trained = 50 })],
    };
}
