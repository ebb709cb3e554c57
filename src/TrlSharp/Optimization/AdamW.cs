using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>AdamW (Loshchilov and Hutter, arXiv:1711.05101) through libtorch's fused kernel: one call per group, at the speed of memory. Masters of bfloat16 weights are moved by <see cref="AdamWKernel"/> (docs/decisions/0011).</summary>
internal sealed class AdamW : IOptimizer
{
    private readonly OptimizerOptions _options;
    private readonly List<Group> _groups = [];
    private readonly Tensor _steps = StateTensor.Zeros([]); // []

    public AdamW(IReadOnlyList<ParameterGroup> groups, OptimizerOptions options)
    {
        _options = options;
        Parameters = [.. groups.SelectMany(g => g.Parameters)];
        var state = new List<(string, Tensor)> { ("step", _steps) };
        var first = 0;
        foreach (var group in groups.Where(g => g.Parameters.Count > 0))
        {
            Tensor[] averages = [.. group.Parameters.Select(p => StateTensor.Like(p.Value))];
            Tensor[] squares = [.. group.Parameters.Select(p => StateTensor.Like(p.Value))];
            _groups.Add(new(first, [.. group.Parameters.Select(p => p.Value)], averages, squares, [.. averages.Select(_ => _steps)], group.WeightDecay));
            state.AddRange(group.Parameters.SelectMany((p, i) => new[] { ($"{p.Name}.exp_avg", averages[i]), ($"{p.Name}.exp_avg_sq", squares[i]) }));
            first += group.Parameters.Count;
        }

        State = state;
    }

    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    public IReadOnlyList<(string Name, Tensor Value)> State { get; }

    public void Step(Tensor[] gradients, double rate, double factor = 1) => Step(gradients, rate, factor, new Tensor?[Parameters.Count]);

    /// <summary>One update that also rounds what it has moved.</summary>
    /// <param name="gradients">As in the interface.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="factor">What gradients are multiplied by.</param>
    /// <param name="rounded">For each parameter a contiguous bfloat16 tensor on the processor that takes its new values; null for none.</param>
    public void Step(Tensor[] gradients, double rate, double factor, Tensor?[] rounded)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var update = (int)_steps.PlusInPlace(ones_like(_steps)).item<float>();
        GradientNorm.Scale([.. gradients.Where((_, i) => rounded[i] is null)], factor);
        foreach (var group in _groups)
        {
            var kernel = new AdamWKernel(_options, group.WeightDecay, rate, factor, update);
            var rest = new List<int>();
            for (var i = 0; i < group.Parameters.Length; i++)
            {
                if (rounded[group.First + i] is { } weight) kernel.Step(group.Parameters[i], gradients[group.First + i], group.Averages[i], group.Squares[i], weight);
                else rest.Add(i);
            }

            if (rest.Count == 0) continue;
            Tensor[] Of(IReadOnlyList<Tensor> all, int first = 0) => [.. rest.Select(i => all[first + i])];
            Ops.FusedAdamW(
                Of(group.Parameters), Of(gradients, group.First), Of(group.Averages), Of(group.Squares), Of(group.Steps), rate, _options.Beta1, _options.Beta2, group.WeightDecay, _options.Epsilon);
        }
    }

    /// <summary>What decays alike; its first gradient is number <paramref name="First"/>.</summary>
    private sealed record Group(int First, Tensor[] Parameters, Tensor[] Averages, Tensor[] Squares, Tensor[] Steps, double WeightDecay);
}
