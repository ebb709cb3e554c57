using System.Globalization;
using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Training;

/// <summary>
/// The gradient of one step in float32. Parameters in float32 gather it themselves; what others gather is added up here after every micro-batch, because many small terms
/// would be lost in bfloat16. Its memory is kept from step to step: large blocks that come and go between those of a pass leave holes that nothing fits into.
/// </summary>
internal sealed class GradientBuffer(IReadOnlyList<(string Name, Parameter Value)> parameters)
{
    private readonly Tensor?[] _sums = new Tensor?[parameters.Count];
    private bool _checked;
    private bool _isKept;

    /// <summary>Forgets the gradient.</summary>
    public void Clear()
    {
        using var inference = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            var value = parameters[i].Value;
            if (!_isKept) (_sums[i], value.grad) = (null, null);
            else if (value.dtype != ScalarType.Float32) value.grad = null;
            if (_isKept) (_sums[i] ?? value.grad)?.zero_();
        }
    }

    /// <summary>After the first step that was checked: takes memory for all gradients, while nothing of a pass lies between.</summary>
    public void Keep()
    {
        if (_isKept || !_checked) return;
        Clear();
        _isKept = true;
        for (var i = 0; i < _sums.Length; i++)
        {
            var value = parameters[i].Value;
            if (value.dtype == ScalarType.Float32) value.grad = zeros_like(value, requires_grad: false);
            else _sums[i] = zeros(value.shape, ScalarType.Float32).DetachFromDisposeScope();
        }
    }

    /// <summary>After the backward pass of a micro-batch.</summary>
    public void Collect()
    {
        using var inference = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            var value = parameters[i].Value;
            if (value.dtype == ScalarType.Float32 || value.grad is not { } gradient) continue;
            _sums[i] = _sums[i] is { } sum ? sum.PlusInPlace(gradient) : gradient.to_type(ScalarType.Float32);
            value.grad = null;
        }
    }

    /// <summary>
    /// One tensor per parameter. A parameter that the step did not reach (an expert nobody was routed to) gets zeros, so that what the optimizer does with it does not depend on how rows
    /// fell into steps.
    /// </summary>
    /// <param name="trained">Whether the step had trained tokens. In the first such step a parameter without a gradient is a fault: something is not connected.</param>
    public Tensor[] Take(bool trained)
    {
        var gradients = new Tensor[_sums.Length];
        var missing = new List<string>();
        for (var i = 0; i < gradients.Length; i++)
        {
            var (name, value) = parameters[i];
            if ((_sums[i] ?? value.grad) is { } gradient)
            {
                gradients[i] = gradient;
                continue;
            }

            gradients[i] = zeros(value.shape, ScalarType.Float32);
            if (!name.Contains(".experts.", StringComparison.Ordinal)) missing.Add(name);
        }

        if (trained && !_checked && missing.Count > 0)
            throw new ConfigException(string.Create(CultureInfo.InvariantCulture,
                $"{missing.Count} of {parameters.Count} trainable parameters got no gradient in the first step, {missing[0]} first. They would never change: freeze them, or mend the model."));
        _checked |= trained;
        return gradients;
    }
}
