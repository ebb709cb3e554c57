using TrlSharp.Preparation;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Preparation;

public sealed class OrderedParallelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Results_come_in_the_order_of_the_stream_whatever_the_threads(int threads) =>
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i * i), Select(Enumerable.Range(0, 1000), i => i * i, threads));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Whatever_is_thrown_comes_after_everything_before_it(int threads)
    {
        Assert.Equal(500, Before(Select(Enumerable.Range(0, 1000), i => i == 500 ? throw new InvalidDataException() : i, threads)));
        Assert.Equal(333, Before(Select(Breaking(), i => i, threads)));

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
        var results = Select(Enumerable.Range(0, 10_000), Work, 4);
        Assert.Equal([0, 1, 2], results.Take(3));
        Assert.Equal(0, Volatile.Read(ref running));

        int Work(int i)
        {
            Interlocked.Increment(ref running);
            Interlocked.Decrement(ref running);
            return i;
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void No_more_threads_work_than_were_asked_for(int threads)
    {
        var (running, most) = (0, 0);
        Assert.Equal(2000, Select(Enumerable.Range(0, 2000), Work, threads).Count());
        Assert.InRange(most, 1, threads);

        int Work(int i)
        {
            var now = Interlocked.Increment(ref running);
            for (var known = most; now > known; known = most) Interlocked.CompareExchange(ref most, now, known);
            Thread.SpinWait(200);
            Interlocked.Decrement(ref running);
            return i;
        }
    }

    private static IEnumerable<TOut> Select<TIn, TOut>(IEnumerable<TIn> items, Func<TIn, TOut> work, int threads) =>
        OrderedParallel.Select(Batches.Of(items, 7), batch => batch.Select(work), threads);
}
