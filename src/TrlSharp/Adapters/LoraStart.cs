using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>First values of a new adapter, as <c>reset_lora_parameters</c> of PEFT chooses them.</summary>
internal sealed class LoraStart(LoraConfig config, ulong seed)
{
    private long _created;

    /// <summary>Low-rank tensors are float32 whatever the base is: their updates are too small for 16 bits.</summary>
    public Parameter Create(string name, long[] shape, LoraTensor kind, Tensor? start)
    {
        using var scope = NewDisposeScope();
        var random = SeededRandom.ForPart(seed, _created++);
        var value = kind switch
        {
            LoraTensor.Copy or LoraTensor.Magnitude => start!.detach().clone(),
            LoraTensor.Rows => start!.detach().to(ScalarType.Float32, copy: true),
            LoraTensor.A when config.UseGaussianStart => Fill(shape, () => Normal(random) / shape[0]),
            // Kaiming's uniform distribution with a = √5.
            LoraTensor.A => Fill(shape, () => (2 * random.NextDouble() - 1) / Math.Sqrt(shape[1])),
            LoraTensor.EmbeddingB => Fill(shape, () => Normal(random)),
            _ => zeros(shape),
        };
        return (Parameter)nn.Parameter(value).DetachFromDisposeScope();
    }

    private static Tensor Fill(long[] shape, Func<double> next)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)next();
        return tensor(values).view(shape);
    }

    private static double Normal(SeededRandom random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
