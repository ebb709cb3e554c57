using System.Globalization;
using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Sft;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>Whole optimizer steps of one case, with the rate of matrix multiplication measured between them.</summary>
internal sealed class TrainingMeasurement : IDisposable
{
    private readonly CausalLM _model;
    private readonly LoraAdapter? _adapter;
    private readonly PackedBatch _batch;
    private readonly SftObjective _objective;
    private readonly TrainingLoop<PackedBatch> _loop;
    private readonly TrainingCase _case;
    private readonly double _operations;
    private readonly long _baseline;
    private readonly long _parameters;
    private int _update;

    public TrainingMeasurement(TrainingCase measured)
    {
        _case = measured;
        var rows = measured.Rows();
        _operations = measured.Operations(rows);
        _baseline = ProcessMemory.Read("VmRSS");
        _model = measured.Model.Create(measured.Type);
        _model.RecomputeActivations = measured.Recomputes;
        _parameters = _model.Parameters.Sum(p => p.Value.numel());
        if (measured.Rank > 0) _adapter = LoraAdapter.Create(_model, new LoraConfig { Rank = measured.Rank, TargetModules = [LoraConfig.AllLinear] }, seed: 1);
        _batch = new Collator(_model.VocabularySize, LossNormalization.Token).Collate(rows);
        _objective = new(_model, new LossOptions(), LossNormalization.Token);
        var optimizer = Optimizers.Create(new() { LearningRate = 1e-4 }, ParameterGroup.Split(_model.Parameters, 0));
        _loop = new(_objective, optimizer, LearningRateSchedule.Create("constant", 1e-4, 0, 1000));
    }

    /// <summary>Measures for at least <paramref name="steps"/> steps and prints one line.</summary>
    public void Report(int steps)
    {
        Step();
        Step();
        var whole = Timed(steps, Step);
        // Of whole steps: passes alone gather gradients of bfloat16 weights in libtorch's way.
        var peak = ProcessMemory.Read("VmHWM");
        var passes = Timed(steps, Pass);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_case.Name,-22} {get_num_threads()}t {_batch.Length / whole.Seconds,8:N0} tokens/s  step {whole.Seconds * 1000,8:N1} ms = {whole.Share,6:P0} of GEMM {whole.Rate / 1e9,4:F0} GFLOP/s; pass {passes.Share,6:P0}; peak {peak / 1e6,6:N0} MB, {(double)(peak - _baseline) / _parameters,5:N1} bytes a parameter"));
    }

    /// <summary>
    /// Medians over repetitions, of each of which the rate of matrix products is measured right before and after it: the machine is shared, and its speed now is what a share is of.
    /// </summary>
    private (double Seconds, double Rate, double Share) Timed(int times, Action action)
    {
        var (seconds, rates, shares) = (new List<double>(), new List<double>(), new List<double>());
        var before = Rate();
        for (var i = 0; i < times; i++)
        {
            seconds.Add(ActionTime.Seconds(action));
            var after = Rate();
            rates.Add((before + after) / 2);
            shares.Add(_operations / seconds[^1] / rates[^1]);
            before = after;
        }

        return (Median(seconds), Median(rates), Median(shares));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    public void Dispose()
    {
        _adapter?.Dispose();
        _model.Dispose();
    }

    public CausalLM Model => _model;

    public PackedBatch Batch => _batch;

    public void Step() => _loop.Step(_update++, [_batch]);

    /// <summary>Forward and backward alone.</summary>
    private void Pass()
    {
        using var scope = NewDisposeScope();
        _objective.Backward(_batch, _batch.Divisor, seed: 0);
        // Gradients in float32 keep their memory between steps.
        foreach (var (_, parameter) in _model.Parameters.Where(p => p.Value.dtype != ScalarType.Float32)) parameter.grad = null;
    }

    private double Rate()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, weight) = (ones(512, 1024, dtype: _case.Type), ones(2048, 1024, dtype: _case.Type).t());
        var times = new List<double>();
        for (var i = 0; i < 40; i++) times.Add(ActionTime.Seconds(() => x.matmul(weight).Dispose()));
        return 2.0 * 512 * 1024 * 2048 / Median(times);
    }
}
