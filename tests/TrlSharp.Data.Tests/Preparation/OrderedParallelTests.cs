using TrlSharp.Preparation;

namespace TrlSharp.Data.Tests.Preparation;

public sealed class OrderedParallelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Results_come_in_the_order_of_the_stream_whatever_the_threads(int threads) =>
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i * i), OrderedParallel.Select(Enumerable.Range(0, 1000), i => i * i, threads));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Whatever_is_thrown_comes_after_everything_before_it(int threads)
    {
        Assert.Equal(500, Before(OrderedParallel.Select(Enumerable.Range(0, 1000), i => i == 500 ? throw new InvalidDataException() : i, threads)));
        Assert.Equal(333, Before(OrderedParallel.Select(Breaking(), i => i, threads)));

        static IEnumerable<int> Breaking()
        {
            for (var i = 0; i < 333; i++) yield return i;
            throw new InvalidDataException();
        }

        static int Before(IEnumerable<int> results)
        {
            var count = 0;
            Assert.Throws<InvalidDataException>(() =>
            {
                foreach (var result in results) Assert.Equal(count++, result);
            });
            return count;
        }
    }

    [Fact]
    public void Who_stops_early_leaves_no_work_behind()
    {
        var running = 0;
        var results = OrderedParallel.Select(Enumerable.Range(0, 10_000), Work, 4);
        Assert.Equal([0, 1, 2], results.Take(3));
        Assert.Equal(0, Volatile.Read(ref running));

        int Work(int i)
        {
            Interlocked.Increment(ref running);
            Interlocked.Decrement(ref running);
            return i;
        }
    }
}
