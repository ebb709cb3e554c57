using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>RMSprop (Tieleman and Hinton 2012; centred: Graves, arXiv:1308.0850), as torch.optim.RMSprop computes it.</summary>
internal sealed class RmsProp : TensorOptimizer
{
    private readonly double _alpha;
    private readonly double _epsilon;
    private readonly double _momentum;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _means = [];
    private readonly Tensor[] _velocities = [];

    public RmsProp(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments) : base(groups)
    {
        (_alpha, _epsilon, _momentum) = (arguments.Number("alpha", 0.99), arguments.Number("eps", 1e-8), arguments.Number("momentum", 0));
        _squares = States("square_avg");
        if (arguments.Flag("centered", false)) _means = States("grad_avg");
        if (_momentum > 0) _velocities = States("momentum_buffer");
    }

    protected override void Update(int index, Parameter parameter, Tensor gradient, double weightDecay, double rate, int update)
    {
        if (weightDecay != 0) gradient = gradient.add(parameter, weightDecay);
        var square = _squares[index].mul_(_alpha).addcmul_(gradient, gradient, 1 - _alpha);
        if (_means.Length > 0)
        {
            _means[index].lerp_(gradient, 1 - _alpha);
            square = square.addcmul(_means[index], _means[index], -1);
        }

        var root = square.sqrt().add_(_epsilon);
        if (_momentum > 0) parameter.add_(_velocities[index].mul_(_momentum).addcdiv_(gradient, root, 1), -rate);
        else parameter.addcdiv_(gradient, root, -rate);
    }
}
