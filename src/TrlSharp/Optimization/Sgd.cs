using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Stochastic gradient descent with momentum and Nesterov's variant (Sutskever et al. 2013), as torch.optim.SGD computes it.</summary>
internal sealed class Sgd : TensorOptimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;
    private readonly Tensor[] _velocities = [];

    public Sgd(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments) : base(groups)
    {
        (_momentum, _dampening, _nesterov) = (arguments.Number("momentum", 0), arguments.Number("dampening", 0), arguments.Flag("nesterov", false));
        if (_nesterov && (_momentum <= 0 || _dampening != 0)) throw new ConfigException("optim_args: nesterov needs a momentum above 0 and no dampening.");
        if (_momentum != 0) _velocities = States("momentum_buffer");
    }

    protected override void Update(int index, Parameter parameter, Tensor gradient, double weightDecay, double rate, int update)
    {
        if (weightDecay != 0) gradient = gradient.add(parameter, Scalars.Of(weightDecay));
        if (_momentum != 0)
        {
            var velocity = _velocities[index];
            if (update == 1) velocity.copy_(gradient);
            else velocity.mul_(Scalars.Of(_momentum)).add_(gradient, Scalars.Of(1 - _dampening));
            gradient = _nesterov ? gradient.add(velocity, Scalars.Of(_momentum)) : velocity;
        }

        parameter.add_(gradient, Scalars.Of(-rate));
    }
}
