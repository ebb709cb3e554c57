using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Float32 tensors that outlive every scope.</summary>
internal static class StateTensor
{
    public static Tensor Like(Tensor parameter) => Zeros(parameter.shape);

    public static Tensor Zeros(ReadOnlySpan<long> shape) => zeros(shape, ScalarType.Float32).DetachFromDisposeScope();
}
