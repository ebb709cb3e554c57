using TrlSharp.Native;

namespace TrlSharp.Tests.Native;

public sealed class LibraryCopyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fifty_starts_at_once_agree_on_one_complete_file()
    {
        var image = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        Parallel.For(0, 50, _ =>
        {
            var path = LibraryCopy.Place(image, "lib.so", [_folder], []);
            Assert.Equal(image, File.ReadAllBytes(path!));
        });
        Assert.Equal(["lib.so"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_of_other_content_is_replaced()
    {
        File.WriteAllText(Path.Combine(_folder, "lib.so"), "cut sho");
        var path = LibraryCopy.Place("correct"u8, "lib.so", [_folder], []);
        Assert.Equal("correct", File.ReadAllText(path!));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_reported_and_the_next_one_is_used()
    {
        // A file in the place of a folder cannot be written by anyone, root included.
        var blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "");
        var problems = new List<string>();
        var path = LibraryCopy.Place("x"u8, "lib.so", [Path.Combine(blocked, "cache"), _folder], problems);
        Assert.Equal(Path.Combine(_folder, "lib.so"), path);
        Assert.Contains(blocked, Assert.Single(problems), StringComparison.Ordinal);
    }
}
