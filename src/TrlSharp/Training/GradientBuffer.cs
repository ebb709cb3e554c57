using System.Globalization;
using TorchSharp.Modules;
using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Training;

/// <summary>
/// The gradient of one step in float32. Parameters in float32 gather it themselves; those of others is added up here, by the products and tables that make it or after every micro-batch,
/// because many small terms would be lost in bfloat16. Its memory is taken before the first pass and kept: large blocks that come and go between those of a pass leave holes that nothing fits into.
/// </summary>
internal sealed class GradientBuffer(IReadOnlyList<(string Name, Parameter Value)> parameters)
{
    private const int MinusZero = int.MinValue; // the bits of -0f

    private readonly WideGradients.Sum?[] _sums = new WideGradients.Sum?[parameters.Count];
    private bool _checked;

    /// <summary>Forgets the gradient and gathers a new one, until <see cref="End"/>.</summary>
    public void Begin()
    {
        using var inference = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            var value = parameters[i].Value;
            if (value.dtype == ScalarType.Float32)
            {
                value.grad ??= zeros_like(value, requires_grad: false);
                Clear(value.grad);
                continue;
            }

            value.grad = null;
            var sum = _sums[i] ??= new(zeros(value.shape, ScalarType.Float32).DetachFromDisposeScope());
            sum.Forget();
            WideGradients.Open(value, sum);
        }
    }

    /// <summary>After the backward pass of a micro-batch: takes what libtorch gathered in the type of the weights.</summary>
    public void Collect()
    {
        using var inference = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            var value = parameters[i].Value;
            if (_sums[i] is not { } sum || value.grad is not { } gradient) continue;
            WideGradients.Add(sum.Value, gradient, sum.Reach());
            value.grad = null;
        }
    }

    /// <summary>After the last micro-batch, or instead of it.</summary>
    public void End()
    {
        for (var i = 0; i < _sums.Length; i++)
            if (_sums[i] is not null) WideGradients.Close(parameters[i].Value);
    }

    /// <summary>
    /// One tensor per parameter. A parameter that the step did not reach (an expert nobody was routed to) has zeros, so that what the optimizer does with it does not depend on how rows
    /// fell into steps.
    /// </summary>
    /// <param name="trained">Whether the step had trained tokens. In the first such step a parameter without a gradient is a fault: something is not connected.</param>
    public Tensor[] Take(bool trained)
    {
        using var inference = no_grad();
        bool[]? reached = trained && !_checked ? [.. parameters.Select((p, i) => _sums[i]?.IsReached ?? IsReached(p.Value.grad!))] : null;
        Tensor[] gradients = [.. parameters.Select((p, i) => _sums[i]?.Filled() ?? p.Value.grad!)];
        if (reached is null) return gradients;
        _checked = true;
        var missing = parameters.Where((p, i) => !p.Name.Contains(".experts.", StringComparison.Ordinal) && !reached[i]).ToList();
        if (missing.Count > 0)
            throw new ConfigException(string.Create(CultureInfo.InvariantCulture,
                $"{missing.Count} of {parameters.Count} trainable parameters got no gradient in the first step, {missing[0].Name} first. They would never change: freeze them, or mend the model."));
        return gradients;
    }

    /// <summary>Until the first check with -0, to which any gradient adds up to something else, 0 included.</summary>
    private void Clear(Tensor gradient)
    {
        gradient.zero_();
        if (!_checked) gradient.neg_();
    }

    private static bool IsReached(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var values = gradient.cpu().contiguous();
        return Ops.HasOtherBits(values, MinusZero);
    }
}
