using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Sequences;

public sealed class WeightCountsTests
{
    [Fact]
    public void Sums_and_counts_are_those_of_one_weight_after_the_other()
    {
        var random = new SeededRandom(3);
        float[] some = [0, 0, 1, 1, -0f, 0.1f, 1.5f, float.Epsilon];
        for (var length = 0; length < 200; length++)
        {
            var kinds = length % 3 == 0 ? 4 : some.Length;
            var weights = Enumerable.Range(0, length).Select(_ => some[random.Next(kinds)]).ToArray();
            var sequence = new TokenSequence { Tokens = new int[length], Weights = weights, Origin = new RowOrigin("a", 1) };
            var sum = 0.0;
            foreach (var weight in weights) sum += weight;
            Assert.Equal(sum, sequence.TargetWeight);
            Assert.Equal(weights.Count(w => w > 0), sequence.TrainedTokens);
        }
    }
}
