using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>
/// Runs a layer without keeping its intermediate results, and once more in the backward pass (activation checkpointing, Chen and others, arXiv:1604.06174).
/// The layer must compute the same both times; random numbers that it draws from the given generator are drawn again.
/// </summary>
internal sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
{
    public override string Name => nameof(Recomputed);

    /// <summary>x → layer(x); gradients reach x and every parameter that the layer uses.</summary>
    public static Tensor Run(Tensor x, Func<Tensor, Tensor> layer, Generator generator)
    {
        // Without an input that needs a gradient autograd would not call backward, and the parameters would get none.
        using var input = x.requires_grad ? x.alias() : x.detach().requires_grad_();
        return apply(input, layer, generator);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(vars);
        var (x, layer, generator) = ((Tensor)vars[0], (Func<Tensor, Tensor>)vars[1], (Generator)vars[2]);
        ctx.save_for_backward([x, generator.get_state()]);
        ctx.save_data("layer", layer);
        ctx.save_data("generator", generator);
        using var withoutGraph = no_grad();
        return layer(x);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        using var scope = NewDisposeScope();
        using var withGraph = enable_grad();
        var layer = (Func<Tensor, Tensor>)ctx.get_data("layer");
        var saved = ctx.get_saved_variables();
        var x = saved[0].detach().requires_grad_();
        var generator = (Generator)ctx.get_data("generator");
        var now = generator.get_state();
        generator.set_state(saved[1]);
        var y = layer(x);
        generator.set_state(now);
        y.backward([grad_output]);
        return [x.grad!.MoveToOuterDisposeScope(), null!, null!];
    }
}
