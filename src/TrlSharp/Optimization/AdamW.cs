using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>AdamW (Loshchilov and Hutter, arXiv:1711.05101) through libtorch's fused kernel: one call per group, at the speed of memory.</summary>
internal sealed class AdamW : IOptimizer
{
    private readonly OptimizerOptions _options;
    private readonly List<Group> _groups = [];
    private readonly Tensor _steps = StateTensor.Zeros([]); // []

    public AdamW(IEnumerable<ParameterGroup> groups, OptimizerOptions options)
    {
        _options = options;
        var state = new List<(string, Tensor)> { ("step", _steps) };
        foreach (var group in groups.Where(g => g.Parameters.Count > 0))
        {
            Tensor[] averages = [.. group.Parameters.Select(p => StateTensor.Like(p.Value))];
            Tensor[] squares = [.. group.Parameters.Select(p => StateTensor.Like(p.Value))];
            _groups.Add(new([.. group.Parameters.Select(p => p.Value)], averages, squares, [.. averages.Select(_ => _steps)], group.WeightDecay));
            state.AddRange(group.Parameters.Select((p, i) => ($"{p.Name}.exp_avg", averages[i])));
            state.AddRange(group.Parameters.Select((p, i) => ($"{p.Name}.exp_avg_sq", squares[i])));
        }

        State = state;
    }

    public IReadOnlyList<(string Name, Tensor Value)> State { get; }

    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        _steps.add_(ones_like(_steps));
        foreach (var group in _groups)
        {
            Tensor[] gradients = [.. group.Parameters.Select(p => p.grad!)];
            Ops.FusedAdamW(group.Parameters, gradients, group.Averages, group.Squares, group.Steps, rate, _options.Beta1, _options.Beta2, group.WeightDecay, _options.Epsilon);
        }
    }

    private sealed record Group(Tensor[] Parameters, Tensor[] Averages, Tensor[] Squares, Tensor[] Steps, double WeightDecay);
}
