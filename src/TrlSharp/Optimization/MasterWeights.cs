using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>
/// Lets an optimizer work on float32 copies of weights that the model computes with in a shorter type (Micikevicius et al., arXiv:1710.03740, section 3.1): steps far
/// smaller than bfloat16 resolves still add up.
/// </summary>
internal sealed class MasterWeights : IOptimizer
{
    /// <summary>End of the names of masters in <see cref="State"/>.</summary>
    public const string Suffix = ".master";

    private readonly IOptimizer _inner;
    private readonly Tensor?[] _within; // weights that AdamW rounds itself
    private readonly List<(Tensor Weight, Tensor Master)> _after = []; // weights that are rounded when their masters have moved

    private MasterWeights(IReadOnlyList<(string Name, Parameter Value)> parameters, IOptimizer inner)
    {
        (Parameters, _inner) = (parameters, inner);
        bool IsWithin(Tensor weight) => inner is AdamW && IsRounded(weight);
        _within = [.. parameters.Select(p => IsWithin(p.Value) ? p.Value : null)];
        var shorter = parameters.Zip(inner.Parameters, (own, master) => (own.Name, Weight: own.Value, Master: master.Value)).Where(p => !ReferenceEquals(p.Weight, p.Master)).ToList();
        _after.AddRange(shorter.Where(p => !IsWithin(p.Weight)).Select(p => ((Tensor)p.Weight, (Tensor)p.Master)));
        State = [.. inner.State, .. shorter.Select(p => ($"{p.Name}{Suffix}", (Tensor)p.Master))];
    }

    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    public IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <summary>The optimizer itself where all weights are float32, else one over masters.</summary>
    /// <param name="groups">What trains.</param>
    /// <param name="create">The optimizer over the masters.</param>
    /// <param name="stored">More exact values than the weights have, by name: those of a float32 file from which a bfloat16 model was read. Null where there are none.</param>
    public static IOptimizer Over(IReadOnlyList<ParameterGroup> groups, Func<IReadOnlyList<ParameterGroup>, IOptimizer> create, Func<string, Tensor?>? stored = null)
    {
        var parameters = groups.SelectMany(g => g.Parameters).ToList();
        if (parameters.TrueForAll(p => p.Value.dtype == ScalarType.Float32)) return create(groups);
        var masters = groups.Select(g => g with { Parameters = [.. g.Parameters.Select(p => (p.Name, Master(p.Name, p.Value, stored)))] }).ToList();
        return new MasterWeights(parameters, create(masters));
    }

    public void Step(Tensor[] gradients, double rate, double factor = 1)
    {
        if (_inner is AdamW adam) adam.Step(gradients, rate, factor, _within);
        else _inner.Step(gradients, rate, factor);
        using var inference = no_grad();
        foreach (var (weight, master) in _after)
        {
            if (IsRounded(weight)) Round(master, weight);
            else weight.copy_(master);
        }
    }

    /// <summary>Whether kernels over lanes round to it.</summary>
    private static bool IsRounded(Tensor weight) => weight.dtype == ScalarType.BFloat16 && Lanes.Handles(weight) && weight.is_contiguous();

    private static unsafe void Round(Tensor from, Tensor to)
    {
        var (source, target, count) = (Ops.DataPointer(from), Ops.DataPointer(to), from.numel());
        RowLoop.Run((count + Lanes.Width - 1) / Lanes.Width, Lanes.Width, (first, end) => Lanes.Copy((float*)source, (ushort*)target, first * Lanes.Width, Math.Min(count, end * Lanes.Width)));
        GC.KeepAlive((from, to));
    }

    private static Parameter Master(string name, Parameter weight, Func<string, Tensor?>? stored)
    {
        if (weight.dtype == ScalarType.Float32) return weight;
        using var scope = NewDisposeScope();
        return (Parameter)new Parameter((stored?.Invoke(name) ?? weight).detach().clone().to_type(ScalarType.Float32), requires_grad: false).DetachFromDisposeScope();
    }
}
