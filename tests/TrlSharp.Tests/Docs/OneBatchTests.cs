namespace TrlSharp.Tests.Docs;

public sealed class OneBatchTests
{
    [Fact]
    public void The_page_one_batch_shows_what_every_arrow_makes_of_a_row() => WrittenPage.Check("docs/one-batch.md", OneBatchPage.Print());
}
