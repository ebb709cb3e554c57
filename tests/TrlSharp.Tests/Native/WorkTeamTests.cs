using TrlSharp.Native;

namespace TrlSharp.Tests.Native;

public class WorkTeamTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(7, 3)]
    [InlineData(3, 8)]
    public void Every_piece_is_done_once(int pieces, int threads)
    {
        for (var round = 0; round < 500; round++)
        {
            var counts = new int[pieces];
            WorkTeam.Run(pieces, threads, piece => Interlocked.Increment(ref counts[piece]));
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    /// <summary>The team serves one thread at a time; others work alone, and so does a piece that has pieces itself.</summary>
    [Fact]
    public void Many_threads_and_pieces_within_pieces_finish()
    {
        var sum = 0;
        Parallel.For(0, 8, _ =>
        {
            for (var round = 0; round < 200; round++) WorkTeam.Run(4, 2, _ => WorkTeam.Run(3, 2, _ => Interlocked.Increment(ref sum)));
        });
        Assert.Equal(8 * 200 * 4 * 3, sum);
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_team_goes_on()
    {
        for (var round = 0; round < 50; round++)
        {
            var done = 0;
            var failure = Assert.Throws<InvalidDataException>(() => WorkTeam.Run(4, 2, piece =>
            {
                Interlocked.Increment(ref done);
                if (piece == 2) throw new InvalidDataException("no such luck");
            }));
            Assert.Equal("no such luck", failure.Message);
            Assert.Equal(4, done);
        }
    }

    /// <summary>Work that comes just when helpers lose their patience, after 20 or 200 µs, finds them awake, asleep or in between.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Work_at_the_moment_of_falling_asleep_is_done(bool followed)
    {
        for (var round = 0; round < 4000; round++)
        {
            var done = 0;
            WorkTeam.Run(4, 2, _ => Interlocked.Increment(ref done), followed);
            Assert.Equal(4, done);
            Thread.SpinWait(round % 400 * 20);
        }
    }

    /// <summary>Helpers that have gone to sleep are woken.</summary>
    [Fact]
    public async Task Work_after_a_pause_is_done()
    {
        for (var round = 0; round < 5; round++)
        {
            var done = 0;
            WorkTeam.Run(4, 3, _ => Interlocked.Increment(ref done));
            Assert.Equal(4, done);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
