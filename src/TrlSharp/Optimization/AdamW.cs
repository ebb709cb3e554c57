using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>AdamW (Loshchilov and Hutter, arXiv:1711.05101) through libtorch's fused kernel: one call per group, at the speed of memory.</summary>
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

    public void Step(Tensor[] gradients, double rate)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        _steps.PlusInPlace(ones_like(_steps));
        foreach (var group in _groups)
        {
            var own = gradients.AsSpan(group.First, group.Parameters.Length);
            Ops.FusedAdamW(group.Parameters, own, group.Averages, group.Squares, group.Steps, rate, _options.Beta1, _options.Beta2, group.WeightDecay, _options.Epsilon);
        }
    }

    /// <summary>One call of the kernel; its first gradient is number <paramref name="First"/>.</summary>
    private sealed record Group(int First, Tensor[] Parameters, Tensor[] Averages, Tensor[] Squares, Tensor[] Steps, double WeightDecay);
}
