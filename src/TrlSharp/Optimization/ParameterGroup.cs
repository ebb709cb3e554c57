using System.Text.RegularExpressions;
using TorchSharp.Modules;

namespace TrlSharp.Optimization;

/// <summary>Parameters with one weight decay.</summary>
/// <param name="Parameters">With their names in the checkpoint file.</param>
/// <param name="WeightDecay">Decay of all of them.</param>
public sealed partial record ParameterGroup(IReadOnlyList<(string Name, Parameter Value)> Parameters, double WeightDecay)
{
    /// <summary>
    /// Splits trainable parameters as transformers does (Trainer.get_decay_parameter_names): norms and biases, told by their names, are not decayed;
    /// embeddings, the head and adapters are.
    /// </summary>
    /// <returns>The decayed group and the other one, in that order; either may be empty.</returns>
    public static IReadOnlyList<ParameterGroup> Split(IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay)
    {
        var all = parameters.Where(p => p.Value.requires_grad).ToLookup(p => IsDecayed(p.Name));
        return [new([.. all[true]], weightDecay), new([.. all[false]], 0)];
    }

    /// <summary>Whether weight decay applies to a parameter of this name.</summary>
    public static bool IsDecayed(string name) => !Exempt().IsMatch(name.ToLowerInvariant());

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.CultureInvariant)]
    private static partial Regex Exempt();
}
