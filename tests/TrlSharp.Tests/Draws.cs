using static TorchSharp.torch;

namespace TrlSharp.Tests;

/// <summary>
/// Random inputs of one test. Each test draws from a generator of its own: from the global one it would get other numbers whenever another test ran before it.
/// </summary>
internal sealed class Draws(ulong seed = 1)
{
    private readonly Generator _generator = new(seed);

    /// <summary>Standard normal numbers.</summary>
    public Tensor Normal(params long[] shape) => randn(shape, generator: _generator);

    /// <summary>Standard normal numbers in the shape and type of another tensor.</summary>
    public Tensor NormalLike(Tensor other) => randn(other.shape, dtype: other.dtype, generator: _generator);

    /// <summary>Numbers of [0, 1).</summary>
    public Tensor Uniform(params long[] shape) => rand(shape, generator: _generator);

    /// <summary>Ids of the vocabulary that <see cref="Models.TinyModels"/> have.</summary>
    public Tensor Tokens(long count) => randint(0, 50, [count], dtype: int64, generator: _generator);
}
