using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>
/// Runs a layer without keeping its intermediate results, and once more in the backward pass (activation checkpointing, Chen and others, arXiv:1604.06174).
/// The layer must compute the same both times.
/// </summary>
internal sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
{
    public override string Name => nameof(Recomputed);

    /// <summary>x → layer(x); gradients reach x and every parameter that the layer uses.</summary>
    public static Tensor Run(Tensor x, Func<Tensor, Tensor> layer)
    {
        // Without an input that needs a gradient autograd would not call backward, and the parameters would get none.
        using var input = x.requires_grad ? x.alias() : x.detach().requires_grad_();
        return apply(input, layer);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(vars);
        var (x, layer) = ((Tensor)vars[0], (Func<Tensor, Tensor>)vars[1]);
        ctx.save_for_backward([x]);
        ctx.save_data("layer", layer);
        using var withoutGraph = no_grad();
        return layer(x);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        using var scope = NewDisposeScope();
        using var withGraph = enable_grad();
        var layer = (Func<Tensor, Tensor>)ctx.get_data("layer");
        var x = ctx.get_saved_variables()[0].detach().requires_grad_();
        var y = layer(x);
        y.backward([grad_output]);
        return [x.grad!.MoveToOuterDisposeScope(), null!];
    }
}
