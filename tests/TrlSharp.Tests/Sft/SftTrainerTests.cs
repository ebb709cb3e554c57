using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Tests.Training;
using TrlSharp.Training;

namespace TrlSharp.Tests.Sft;

public sealed class SftTrainerTests
{
    private static readonly SftOptions Options = new()
    {
        Training = new() { BatchSize = 8, MaxSteps = 12, LoggingSteps = 1, SaveStrategy = IntervalStrategy.No, Optimizer = new() { LearningRate = 0.01, WeightDecay = 0.1 } },
    };

    [Fact]
    public void The_loss_falls_on_rows_that_repeat()
    {
        var result = Train(new TinyModel(), TinyModel.Rows(8), Training(o => o with { MaxSteps = 200 }));
        Assert.True(result.Log[^1]["loss"] < 0.7 * result.Log[0]["loss"]);
    }

    [Fact]
    public void The_same_run_gives_the_same_bytes()
    {
        var (a, b) = (new TinyModel(), new TinyModel());
        var first = Train(a, TinyModel.Rows(40), Options);
        var second = Train(b, TinyModel.Rows(40), Options);
        Assert.Equal(a.Bytes(), b.Bytes());
        Assert.Equal(first.Log.SelectMany(e => e.Values), second.Log.SelectMany(e => e.Values));
    }

    [Theory]
    [InlineData("token")]
    [InlineData("count")]
    [InlineData("example")]
    [InlineData("turn")]
    [InlineData("fixed:20")]
    public void One_batch_of_eight_equals_eight_of_one(string normalization)
    {
        var (whole, parts, packed) = (new TinyModel(), new TinyModel(), new TinyModel());
        var rows = TinyModel.Rows(40);
        var options = Training(o => o with { Sampling = SamplingStrategy.Sequential }) with { Normalization = LossNormalization.Parse(normalization) };
        Train(whole, rows, options);
        Train(parts, rows, options with { Training = options.Training with { BatchSize = 1, AccumulationSteps = 8 } });
        // Eight rows in one: the same sequences, packed.
        Train(packed, [.. rows.Chunk(8).Select(c => new PackedRow([.. c.SelectMany(r => r.Sequences)]))], options with { Training = options.Training with { BatchSize = 1 } });
        AssertClose(whole, parts);
        AssertClose(whole, packed);
    }

    [Fact]
    public void Batches_counted_in_tokens_hold_at_most_that_many_and_every_row_once()
    {
        var rows = TinyModel.Rows(60);
        var plan = new BatchPlan([.. rows.Select(r => r.Length)], Options.Training with { MaxSteps = -1, Epochs = 2, TokensPerStep = 50, MicroBatchTokens = 20 });
        var updates = Enumerable.Range(0, plan.TotalUpdates).Select(plan.MicroBatches).ToList();
        Assert.All(updates, u => Assert.True(u.SelectMany(b => b).Sum(r => rows[r].Length) <= 50));
        Assert.All(updates.SelectMany(u => u), b => Assert.True(b.Length == 1 || b.Sum(r => rows[r].Length) <= 20));
        Assert.Equal(Enumerable.Range(0, 60).SelectMany(r => new[] { r, r }), updates.SelectMany(u => u).SelectMany(b => b).Order());
        Assert.Equal(2, plan.EpochAfter(plan.TotalUpdates - 1), 1e-12);
    }

    /// <summary>Every way to cut an update into as few micro-batches as it needs is tried: no cut has a shorter longest one.</summary>
    [Fact]
    public void Micro_batches_counted_in_tokens_are_as_few_and_as_even_as_their_order_allows()
    {
        var random = new SeededRandom(3);
        for (var round = 0; round < 40; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, 30).Select(_ => 4 + random.Next(9))];
            var plan = new BatchPlan(lengths, Options.Training with { MaxSteps = -1, Epochs = 1, TokensPerStep = 60, MicroBatchTokens = 20 });
            foreach (var update in Enumerable.Range(0, plan.TotalUpdates).Select(plan.MicroBatches))
            {
                int[] rows = [.. update.SelectMany(batch => batch).Select(r => lengths[r])];
                var cuts = Enumerable.Range(0, 1 << (rows.Length - 1)).Select(cut => Longest(rows, cut)).Where(c => c.Longest <= 20).ToList();
                Assert.Equal(cuts.Min(), (update.Count, update.Max(batch => batch.Sum(r => lengths[r]))));
            }
        }

        static (int Count, int Longest) Longest(int[] rows, int cut)
        {
            var (count, longest, sum) = (1, 0, 0);
            for (var i = 0; i < rows.Length; i++)
            {
                sum += rows[i];
                longest = Math.Max(longest, sum);
                if ((cut >> i & 1) != 0) (count, sum) = (count + 1, 0);
            }

            return (count, longest);
        }
    }

    [Fact]
    public void Live_tensors_are_constant_from_the_third_step_on()
    {
        var live = new List<long>();
        var progress = new Inline(e =>
        {
            if (e is RunEvent.Updated) live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        });
        Train(new TinyModel(), TinyModel.Rows(40), Training(o => o with { MaxSteps = 20 }), progress: progress);
        Assert.Single(live.Skip(2).Distinct());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_never_reaches_the_weights()
    {
        var model = new TinyModel();
        model.Parameters[1].Value.detach()[0, 0] = float.NaN;
        var before = model.Bytes();
        var fault = Assert.Throws<NumericException>(() => Train(model, TinyModel.Rows(8), Options));
        Assert.StartsWith("Update 1: the gradient is not finite", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Bytes());
    }

    [Fact]
    public void Cancelling_in_the_middle_of_a_step_leaves_the_weights_of_the_last_whole_one()
    {
        using var stop = new CancellationTokenSource();
        var (stopped, reference) = (new TinyModel(), new TinyModel());
        var rows = TinyModel.Rows(40);
        var progress = new Inline(e =>
        {
            if (e is RunEvent.Updated { Update: 3 }) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => SftTrainer.Train(stopped, rows, Options, progress: progress, stop: stop.Token));
        // Three updates of the same schedule: the loop is driven by hand, since max_steps would change the rates.
        RunByHand(reference, rows, updates: 3);
        Assert.Equal(reference.Bytes(), stopped.Bytes());
    }

    [Fact]
    public void Rows_without_any_trained_token_are_refused()
    {
        PackedRow[] rows = [.. TinyModel.Rows(3).Select(r => r with { Sequences = [.. r.Sequences.Select(s => s with { Weights = new float[s.Length] })] })];
        Assert.Contains("None of the 3 rows has a trained token", Assert.Throws<DataException>(() => Train(new TinyModel(), rows, Options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_the_loss_does_not_reach_is_named_at_the_first_step()
    {
        var model = new TinyModel();
        var loop = new TrainingLoop<PackedBatch>(
            new SftObjective(model, new(), LossNormalization.Token),
            new AdamW([new([.. model.Parameters, ("forgotten.weight", new TinyModel().Parameters[0].Value)], 0)], new()), LearningRateSchedule.Create("constant", 0.1, 0, 1));
        using var scope = torch.NewDisposeScope();
        var fault = Assert.Throws<ConfigException>(() => loop.Step(0, [new Collator(11, LossNormalization.Token).Collate(TinyModel.Rows(4))], TestContext.Current.CancellationToken));
        Assert.Contains("1 of 3 trainable parameters got no gradient in the first step, forgotten.weight first", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_does_not_depend_on_its_batch_size_unless_asked_to()
    {
        var held = new Dictionary<string, IReadOnlyList<PackedRow>> { [""] = TinyModel.Rows(7, seed: 9), ["other"] = TinyModel.Rows(3, seed: 10) };
        double Loss(int batchSize, TrlBehaviours like) => Train(new TinyModel(), TinyModel.Rows(8),
            Training(o => o with { MaxSteps = 2, EvaluationStrategy = IntervalStrategy.Steps, EvaluationSteps = 2, EvaluationBatchSize = batchSize, LikeTrl = like }), held).Log[^1]["eval_loss"]!.Value;
        Assert.Equal(Loss(7, default), Loss(2, default), 1e-6);
        Assert.NotEqual(Loss(7, TrlBehaviours.EvaluationMeans), Loss(2, TrlBehaviours.EvaluationMeans), 1e-6);
    }

    [Fact]
    public void Early_stopping_waits_for_its_patience()
    {
        var result = Train(new TinyModel(), TinyModel.Rows(8), Training(o => o with
        {
            MaxSteps = 100, Optimizer = new() { LearningRate = 3 }, EvaluationStrategy = IntervalStrategy.Steps, EvaluationSteps = 1, EarlyStoppingPatience = 3,
        }), new Dictionary<string, IReadOnlyList<PackedRow>> { [""] = TinyModel.Rows(7, seed: 9) });
        Assert.NotNull(result.StoppedEarly);
        Assert.Equal(result.Best!.Value.Step + 3, result.Updates);
    }

    private static void RunByHand(TinyModel model, IReadOnlyList<PackedRow> rows, int updates)
    {
        var plan = new BatchPlan([.. rows.Select(r => r.Length)], Options.Training);
        var loop = new TrainingLoop<PackedBatch>(new SftObjective(model, new(), LossNormalization.Token),
            new AdamW(ParameterGroup.Split(model.Parameters, 0.1), Options.Training.Optimizer), LearningRateSchedule.Create("linear", 0.01, 0, 12));
        using var scope = torch.NewDisposeScope();
        for (var update = 0; update < updates; update++)
            loop.Step(update, [.. plan.MicroBatches(update).Select(b => new Collator(11, LossNormalization.Token).Collate(b.Select(r => rows[r])))], TestContext.Current.CancellationToken);
    }

    private static RunResult Train(
        TinyModel model, IReadOnlyList<PackedRow> rows, SftOptions options, IReadOnlyDictionary<string, IReadOnlyList<PackedRow>>? evaluation = null, IProgress<RunEvent>? progress = null) =>
        SftTrainer.Train(model, rows, options, evaluation, progress, TestContext.Current.CancellationToken);

    private static SftOptions Training(Func<TrainingOptions, TrainingOptions> change) => Options with { Training = change(Options.Training) };

    private static void AssertClose(TinyModel a, TinyModel b)
    {
        foreach (var (x, y) in a.Parameters.Zip(b.Parameters)) Assert.True((x.Value - y.Value).abs().max().ToDouble() < 1e-6);
    }

    private sealed class Inline(Action<RunEvent> handle) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => handle(value);
    }
}
