using TorchSharp.Modules;
using TrlSharp.Native;
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
        if (weightDecay != 0) gradient = gradient.add(parameter, Scalars.Of(weightDecay));
        var square = _squares[index].mul_(Scalars.Of(_alpha)).addcmul_(gradient, gradient, Scalars.Of(1 - _alpha));
        if (_means.Length > 0)
        {
            _means[index].lerp_(gradient, Scalars.Of(1 - _alpha));
            square = square.addcmul(_means[index], _means[index], Scalars.Of(-1L));
        }

        var root = square.sqrt().PlusInPlace(_epsilon);
        if (_momentum > 0) parameter.add_(_velocities[index].mul_(Scalars.Of(_momentum)).addcdiv_(gradient, root, Scalars.Of(1L)), Scalars.Of(-rate));
        else parameter.addcdiv_(gradient, root, Scalars.Of(-rate));
    }
}
