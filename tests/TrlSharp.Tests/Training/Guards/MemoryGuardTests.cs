using TrlSharp.Optimization;
using TrlSharp.Training;
using TrlSharp.Training.Guards;

namespace TrlSharp.Tests.Training.Guards;

public sealed class MemoryGuardTests
{
    private const long Gibibyte = 1L << 30;
    private static readonly RunMemory Example = new() { Weights = Gibibyte, Gradient = Gibibyte, Optimizer = 2 * Gibibyte, Activations = 8 * Gibibyte };

    [Fact]
    public void What_fits_is_not_spoken_of()
    {
        Assert.Null(MemoryGuard.NoticeFor(Example, 12 * Gibibyte));
        Assert.Null(MemoryGuard.NoticeFor(Example, 0)); // Not known.
        Assert.True(MemoryGuard.Available > 0);
    }

    [Fact]
    public void What_does_not_fit_is_told_with_the_way_out()
    {
        var notice = MemoryGuard.NoticeFor(Example, 4 * Gibibyte);
        Assert.Contains("needs about 12.0 GiB (weights 1.0, gradient 1.0, optimizer 2.0, activations 8.0) and there are 4.0", notice, StringComparison.Ordinal);
        Assert.Contains("micro_batch_tokens", notice, StringComparison.Ordinal);
        Assert.Contains("use_peft", MemoryGuard.NoticeFor(Example with { Activations = 0 }, 3 * Gibibyte), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_gradients_and_moments_are_counted_byte_by_byte()
    {
        var model = new TinyModel();
        var numbers = model.Parameters.Sum(p => p.Value.numel());
        var memory = RunMemory.Of(model, Optimizers.Create(new(), ParameterGroup.Split(model.Parameters, 0)), tokens: 10);
        Assert.Equal((4 * numbers, 4 * numbers), (memory.Weights, memory.Gradient));
        Assert.InRange(memory.Optimizer, 8 * numbers, (8 * numbers) + 1024); // Two moments, and the number of updates per tensor.
        Assert.Equal(memory.Total, memory.Weights + memory.Gradient + memory.Optimizer + memory.Activations);
    }
}
