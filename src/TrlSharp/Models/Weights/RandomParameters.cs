using TorchSharp.Modules;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Weights;

/// <summary>Parameters of a new model, the same for the same seed whatever the machine's thread count.</summary>
/// <param name="seed">Any number.</param>
/// <param name="deviation">Standard deviation of normal ones: <c>initializer_range</c>.</param>
/// <param name="type">Element type.</param>
internal sealed unsafe class RandomParameters(ulong seed, double deviation, ScalarType type) : IParameterSource
{
    private long _created;

    public bool Contains(string name) => false;

    public bool Differ(string name, string other) => false;

    public string StoredName(string name) => name;

    public Parameter Get(string name, ReadOnlySpan<long> shape, InitialValue initial)
    {
        using var scope = NewDisposeScope();
        var number = _created++;
        long[] sizes = [.. shape];
        var value = initial switch
        {
            InitialValue.Zero => zeros(sizes, dtype: type),
            InitialValue.One => ones(sizes, dtype: type),
            _ => Normal(sizes, number).to(type),
        };
        return (Parameter)nn.Parameter(value).DetachFromDisposeScope();
    }

    /// <summary>Box and Muller's pairs of independent normal numbers.</summary>
    private Tensor Normal(long[] sizes, long part)
    {
        var random = SeededRandom.ForPart(seed, part);
        var result = empty(sizes, dtype: ScalarType.Float32);
        var count = result.numel();
        var values = (float*)Ops.DataPointer(result);
        for (long i = 0; i < count; i += 2)
        {
            var radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(radius * cos);
            if (i + 1 < count) values[i + 1] = (float)(radius * sin);
        }

        return result;
    }
}
