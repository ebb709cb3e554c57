using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// How a node's result is computed again from what the node saves anyway. A result that costs one pass over memory (a norm, a gated activation) is not worth keeping for the products that
/// read it: they hold this instead, and the result exists from the first product's backward pass to the node's own.
/// </summary>
/// <param name="saved">What the node saved; it disposes them.</param>
/// <param name="compute">From them to the result, the same to the last bit as in the forward pass.</param>
internal sealed class Recomputation(Tensor[] saved, Func<Tensor[], Tensor> compute)
{
    private static readonly ConditionalWeakTable<Tensor, Recomputation> Known = [];

    private Tensor? _result;
    private bool _hasEnded;

    /// <summary>How this very tensor (not an alias of it) is computed again; null where it has to be kept.</summary>
    public static Recomputation? Of(Tensor result) => Known.TryGetValue(result, out var known) ? known : null;

    /// <summary>Ties it to the result.</summary>
    public void Serve(Tensor result) => Known.AddOrUpdate(result, this);

    /// <summary>The result, which stays this object's. Only in the backward pass of what was computed from it: the node itself comes after them all.</summary>
    public Tensor Result()
    {
        if (_result is not null) return _result;
        if (_hasEnded) throw new InvalidOperationException("the graph was already used by an earlier backward pass");
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        return _result = compute(saved).DetachFromDisposeScope();
    }

    /// <summary>Frees the result: nobody asks again.</summary>
    public void End()
    {
        _hasEnded = true;
        _result?.Dispose();
        _result = null;
    }
}
