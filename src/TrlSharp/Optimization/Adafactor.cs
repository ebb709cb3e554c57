using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>
/// Adafactor (Shazeer and Stern, arXiv:1804.04235) with a given learning rate, as transformers' Trainer sets it up: no relative step, no scaling by the parameter. The
/// second moment of a matrix is kept as a row and a column, so the state is almost nothing.
/// </summary>
internal sealed class Adafactor : TensorOptimizer
{
    private readonly double _epsilon;
    private readonly double _clip;
    private readonly double _decay;
    private readonly double? _beta1;
    private readonly Tensor[] _rows;
    private readonly Tensor[] _columns;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _averages = [];

    public Adafactor(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments) : base(groups)
    {
        (_epsilon, _clip, _decay, _beta1) = (arguments.Number("eps1", 1e-30), arguments.Number("clip_threshold", 1), arguments.Number("decay_rate", -0.8), arguments.OptionalNumber("beta1"));
        foreach (var unavailable in (string[])["scale_parameter", "relative_step", "warmup_init"])
            if (arguments.Flag(unavailable, false)) throw new ConfigException($"optim_args: {unavailable} lets Adafactor choose its own rate, against learning_rate and its schedule; leave it out.");
        _rows = States("exp_avg_sq_row", p => p.dim() >= 2 ? p.shape[..^1] : null);
        _columns = States("exp_avg_sq_col", p => p.dim() >= 2 ? [.. p.shape[..^2], p.shape[^1]] : null);
        _squares = States("exp_avg_sq", p => p.dim() < 2 ? p.shape : null);
        if (_beta1 is not null) _averages = States("exp_avg");
    }

    protected override void Update(int index, Parameter parameter, Tensor gradient, double weightDecay, double rate, int update)
    {
        var beta2 = 1 - Math.Pow(update, _decay);
        var square = gradient.Squared().PlusInPlace(_epsilon);
        Tensor step;
        if (gradient.dim() >= 2)
        {
            var row = Blend(_rows[index], square.mean([-1]), beta2);
            var column = Blend(_columns[index], square.mean([-2]), beta2);
            var rowFactor = (row / row.mean([-1], keepdim: true)).rsqrt_().unsqueeze(-1);
            step = rowFactor * column.unsqueeze(-2).rsqrt();
        }
        else
        {
            step = Blend(_squares[index], square, beta2).rsqrt();
        }

        step.mul_(gradient);
        step.div_(Scalars.Of(Math.Max(1, RootMeanSquare(step) / _clip))).mul_(Scalars.Of(rate));
        if (_beta1 is { } beta1) step = Blend(_averages[index], step, beta1);
        if (weightDecay != 0) parameter.mul_(Scalars.Of(1 - weightDecay * rate));
        parameter.sub_(step);
    }

    private static double RootMeanSquare(Tensor x) => x.Length() / Math.Sqrt(x.numel());

    /// <summary>The running mean, in its place.</summary>
    private static Tensor Blend(Tensor mean, Tensor next, double share) => mean.mul_(Scalars.Of(share)).add_(next, Scalars.Of(1 - share));
}
