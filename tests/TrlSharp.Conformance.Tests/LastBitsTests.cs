using TorchSharp;

namespace TrlSharp.Conformance.Tests;

public sealed class LastBitsTests
{
    [Fact]
    public void About_half_of_the_weights_move_by_one_unit_in_the_last_place_the_same_each_time()
    {
        var weights = torch.arange(-500, 501).to_type(torch.ScalarType.Float32) / 7; // with a 0 in the middle
        float[] Changed(int attempt)
        {
            var copy = weights.clone();
            LastBits.Change([copy], attempt);
            return copy.data<float>().ToArray();
        }

        var before = weights.data<float>().ToArray();
        Assert.Equal(before, Changed(0));
        var after = Changed(3);
        Assert.Equal(after, Changed(3));
        Assert.NotEqual(after, Changed(4));
        Assert.InRange(before.Zip(after).Count(p => p.First != p.Second), 400, 600);
        Assert.All(before.Zip(after), p => Assert.True(p.Second == p.First || p.Second == MathF.BitIncrement(p.First) || p.Second == MathF.BitDecrement(p.First)));
        Assert.Equal(0, after[500]);
    }
}
