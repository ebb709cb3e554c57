namespace TrlSharp.Data.Tests;

public sealed class HubCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-hub-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("me/chats", "abc123")]
    [InlineData("me/chats@main", "abc123")]
    [InlineData("gsm8k@v1", "v1")]
    public void A_repository_is_found_by_name_and_revision(string location, string snapshot)
    {
        Write("datasets--me--chats/refs/main", "abc123\n");
        Write("datasets--me--chats/snapshots/abc123/data/train-00000-of-00001.jsonl", "{}");
        Write("datasets--gsm8k/snapshots/v1/train.jsonl", "{}");
        Assert.EndsWith(snapshot, Find(location), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("me/other", "no data set of that name is in the hub's cache")]
    [InlineData("gsm8k", "no data set of that name is in the hub's cache")]
    [InlineData("../chats", "does not exist")]
    [InlineData("a/b/c", "does not exist")]
    [InlineData("a//", "does not exist")]
    [InlineData("a@../../b", "does not exist")]
    public void What_is_not_there_is_said(string location, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigException>(() => Find(location)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_reference_that_leads_out_of_the_cache_is_not_followed()
    {
        Write("datasets--me--chats/refs/main", "../../outside");
        Directory.CreateDirectory(Path.Combine(_folder, "datasets--me--chats", "snapshots"));
        Write("outside/train.jsonl", "{}");
        Assert.Throws<ConfigException>(() => Find("me/chats"));
    }

    [Fact]
    public void A_path_stays_as_it_is_and_a_snapshot_knows_its_name()
    {
        var snapshot = Path.Combine(_folder, "models--acme--tiny", "snapshots", "abc123");
        Directory.CreateDirectory(snapshot);
        Assert.Equal(snapshot, HubCache.Model(snapshot));
        Assert.Equal("acme/tiny", HubCache.NameOf(snapshot + Path.DirectorySeparatorChar));
        Assert.Null(HubCache.NameOf(_folder));
    }

    private string Find(string location) => HubCache.Find(location, "datasets--", _folder, "data set");

    private void Write(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
