using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad computes it.</summary>
internal sealed class Adagrad : TensorOptimizer
{
    private readonly double _rateDecay;
    private readonly double _epsilon;
    private readonly Tensor[] _sums;

    public Adagrad(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments) : base(groups)
    {
        (_rateDecay, _epsilon) = (arguments.Number("lr_decay", 0), arguments.Number("eps", 1e-10));
        _sums = States("sum", value: (float)arguments.Number("initial_accumulator_value", 0));
    }

    protected override void Update(int index, Parameter parameter, Tensor gradient, double weightDecay, double rate, int update)
    {
        if (weightDecay != 0) gradient = gradient.add(parameter, Scalars.Of(weightDecay));
        var root = _sums[index].addcmul_(gradient, gradient, Scalars.Of(1L)).sqrt().PlusInPlace(_epsilon);
        parameter.addcdiv_(gradient, root, Scalars.Of(-rate / (1 + (update - 1) * _rateDecay)));
    }
}
