using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>The length of the gradient over all parameters, and clipping to it (Pascanu et al. 2013, arXiv:1211.5063).</summary>
public static class GradientNorm
{
    /// <summary>Keeps the factor finite when the norm is 0, as in torch.nn.utils.clip_grad_norm_.</summary>
    private const double Epsilon = 1e-6;

    /// <summary>√Σ g² over all tensors; NaN or infinite if any element is.</summary>
    public static double Of(Tensor[] gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var scope = NewDisposeScope();
        var squares = 0.0;
        foreach (var gradient in gradients)
        {
            var norm = gradient.Length();
            squares += norm * norm;
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Scales gradients so that their norm is at most <paramref name="maximum"/>; 0 leaves them alone.</summary>
    /// <param name="gradients">Changed in place.</param>
    /// <param name="norm">Their norm, from <see cref="Of"/>.</param>
    /// <param name="maximum">The limit; 0 for none.</param>
    public static void Clip(Tensor[] gradients, double norm, double maximum)
    {
        var factor = maximum / (norm + Epsilon);
        if (maximum <= 0 || factor >= 1) return;
        using var scope = NewDisposeScope();
        Ops.ForeachMultiply(gradients, tensor((float)factor));
    }
}
