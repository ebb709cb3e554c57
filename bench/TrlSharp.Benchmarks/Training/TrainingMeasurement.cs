using System.Diagnostics;
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
        var (rate, step, pass) = (0.0, double.MaxValue, double.MaxValue);
        for (var i = 0; i < steps; i++)
        {
            rate = Math.Max(rate, Rate());
            step = Math.Min(step, Seconds(Step));
        }

        // Of whole steps: passes alone gather gradients of bfloat16 weights in libtorch's way.
        var peak = ProcessMemory.Read("VmHWM");
        for (var i = 0; i < steps; i++)
        {
            pass = Math.Min(pass, Seconds(Pass));
            rate = Math.Max(rate, Rate());
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_case.Name,-22} {get_num_threads()}t {_batch.Length / step,8:N0} tokens/s  step {step * 1000,8:N1} ms = {_operations / step / rate,6:P0} of GEMM {rate / 1e9,4:F0} GFLOP/s; pass {_operations / pass / rate,6:P0}; peak {peak / 1e6,6:N0} MB, {(double)(peak - _baseline) / _parameters,5:N1} bytes a parameter"));
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
        var best = double.MaxValue;
        for (var i = 0; i < 20; i++) best = Math.Min(best, Seconds(() => x.matmul(weight).Dispose()));
        return 2.0 * 512 * 1024 * 2048 / best;
    }

    /// <summary>Other programs share the machine: with one thread processor time leaves them out.</summary>
    private static double Seconds(Action action)
    {
        var (wall, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        var seconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        return get_num_threads() > 1 ? seconds : Math.Min(seconds, Math.Max((Environment.CpuUsage.TotalTime - used).TotalSeconds, 1e-9));
    }
}
