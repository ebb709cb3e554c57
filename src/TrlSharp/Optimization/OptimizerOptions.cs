using System.Globalization;

namespace TrlSharp.Optimization;

/// <summary>How gradients become steps. Names and defaults are those of TRL.</summary>
public sealed record OptimizerOptions
{
    /// <summary><c>adamw_torch_fused</c> (also <c>adamw_torch</c>), <c>sgd</c>, <c>adafactor</c>, <c>rmsprop</c> or <c>adagrad</c>. Default AdamW.</summary>
    public string Name { get; init; } = "adamw_torch_fused";

    /// <summary>Highest rate of the schedule. Default 2e-5, for full fine-tuning; LoRA wants about ten times as much.</summary>
    public double LearningRate { get; init; } = 2e-5;

    /// <summary>Decoupled decay for AdamW, added to the gradient for SGD, RMSprop and Adagrad. Norms and biases are exempt. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's β₁, in [0, 1). Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's β₂, in [0, 1). Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>AdamW's ε. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Further arguments of the optimizer as <c>name=value</c> pairs separated by commas: <c>momentum=0.9,nesterov=True</c>. Default none.</summary>
    public string? Arguments { get; init; }

    internal IEnumerable<string> Problems()
    {
        if (!(LearningRate >= 0) || double.IsInfinity(LearningRate)) yield return string.Create(CultureInfo.InvariantCulture, $"learning_rate is {LearningRate}; it must be 0 or more.");
        if (!(WeightDecay >= 0) || double.IsInfinity(WeightDecay)) yield return string.Create(CultureInfo.InvariantCulture, $"weight_decay is {WeightDecay}; it must be 0 or more.");
        if (Beta1 is not (>= 0 and < 1)) yield return string.Create(CultureInfo.InvariantCulture, $"adam_beta1 is {Beta1}; it must be in [0, 1).");
        if (Beta2 is not (>= 0 and < 1)) yield return string.Create(CultureInfo.InvariantCulture, $"adam_beta2 is {Beta2}; it must be in [0, 1).");
        if (!(Epsilon >= 0) || double.IsInfinity(Epsilon)) yield return string.Create(CultureInfo.InvariantCulture, $"adam_epsilon is {Epsilon}; it must be 0 or more.");
    }
}
