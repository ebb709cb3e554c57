using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>An optimizer written in tensor operations, one parameter after another: for rules that libtorch has no fused kernel for.</summary>
internal abstract class TensorOptimizer : IOptimizer
{
    private readonly List<(Parameter Value, double WeightDecay)> _parameters = [];
    private readonly List<(string, Tensor)> _state = [];
    private readonly Tensor _updates = StateTensor.Zeros([]); // []

    protected TensorOptimizer(IReadOnlyList<ParameterGroup> groups)
    {
        foreach (var group in groups)
            foreach (var (_, value) in group.Parameters) _parameters.Add((value, group.WeightDecay));
        Parameters = [.. groups.SelectMany(g => g.Parameters)];
        _state.Add(("step", _updates));
    }

    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    public IReadOnlyList<(string Name, Tensor Value)> State => _state;

    public void Step(Tensor[] gradients, double rate, double factor = 1)
    {
        using var inference = no_grad();
        GradientNorm.Scale(gradients, factor);
        var update = (int)_updates.PlusInPlace(1).item<float>();
        for (var i = 0; i < gradients.Length; i++)
        {
            using var scope = NewDisposeScope();
            Update(i, _parameters[i].Value, gradients[i], _parameters[i].WeightDecay, rate, update);
        }
    }

    /// <summary>Moves one parameter.</summary>
    /// <param name="index">Its place among <see cref="Parameters"/>.</param>
    /// <param name="parameter">Changed in place.</param>
    /// <param name="gradient">May be changed.</param>
    /// <param name="weightDecay">Of its group.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="update">1 for the first update.</param>
    protected abstract void Update(int index, Parameter parameter, Tensor gradient, double weightDecay, double rate, int update);

    /// <summary>One state tensor per parameter, of the parameter's shape or another.</summary>
    protected Tensor[] States(string name, Func<Tensor, long[]?>? shape = null, float value = 0)
    {
        var tensors = new Tensor[Parameters.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var sizes = shape is null ? Parameters[i].Value.shape : shape(Parameters[i].Value);
            if (sizes is null) continue;
            tensors[i] = StateTensor.Zeros(sizes);
            if (value != 0) tensors[i].fill_(Scalars.Of(value));
            _state.Add(($"{Parameters[i].Name}.{name}", tensors[i]));
        }

        return tensors;
    }
}
