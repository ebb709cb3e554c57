using System.Text;
using System.Text.Json;
using TrlSharp.Data.Tests.Tokenization.Differential;
using TrlSharp.Tokenization.Files;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class TokenizerFileTests
{
    private static readonly int Mutations = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 50_000 : 3_000;

    [Theory]
    [InlineData("""{"model":{"type":"BPE","continuing_subword_prefix":null,"vocab":{"a":0,"b":1,"ab":2,"\"":3,"\u0120x":4,"é":5},"merges":["a b"]},"version":"1.0"}""")]
    [InlineData("""{ "model" : { "continuing_subword_prefix" : null , "vocab" : { "a" : 0 , "b":1,"ab"  :7  } , "merges" : [ [ "a" , "b" ] , "b a" ] } }""")]
    [InlineData("""{"model":{"merges":[["a","b"]],"vocab":{"a":0,"b":1,"ab":2}}}""")]
    [InlineData("""{"model":{"vocab":{"a":0,"a":1,"b":1},"merges":[]}}""")]
    [InlineData("""{"model":{"vocab":{},"merges":[]}}""")]
    [InlineData("""{"model":{"vocab":{"a":01}}}""")]
    [InlineData("""{"model":{"vocab":{"a":2147483648}}}""")]
    [InlineData("""{"model":{"vocab":{"a":1.0,"b":1e3}}}""")]
    [InlineData("""{"model":{"vocab":{"a":0,}}}""")]
    [InlineData("""{"model":{"vocab":{"a":0 "b":1}}}""")]
    [InlineData("{\"model\":{\"vocab\":{\"a\tb\":0}}}")]
    [InlineData("""{"model":{"vocab":{"\ud800":0}}}""")]
    [InlineData("""{"model":{"vocab":{"a":0""")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":["a b"]}}""")]
    [InlineData("""{"model":{"continuing_subword_prefix":"##","vocab":{"a":0,"##b":1,"ab":2},"merges":["a ##b"]}}""")]
    [InlineData("""{"model":{"vocab":{"a":0,"b":1,"ab":2},"merges":["#version: 0.2","a b","a  b"]}}""")]
    public void Both_ways_of_reading_agree(string json) => AssertSame(Encoding.UTF8.GetBytes(json));

    /// <summary>Two of them in one word of the table of merges would look like another pair.</summary>
    [Fact]
    public void Ids_beyond_the_table_of_merges_are_refused()
    {
        var json = Encoding.UTF8.GetBytes("""{"model":{"type":"BPE","vocab":{"a":0,"b":2097152,"ab":1},"merges":[]}}""");
        var refused = Assert.Throws<ModelFolderException>(() => TokenizerBuilder.Build(() => TokenizerFile.Parse(json, scansLists: true), default, default, default));
        Assert.Contains("2097152", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_ways_of_reading_agree_on_damaged_files()
    {
        var files = ConfigurationFixtures.All.Select(fixture => Encoding.UTF8.GetBytes(fixture.Json)).ToArray();
        var random = new SeededRandom(4);
        for (var i = 0; i < Mutations; i++) AssertSame(HostileInputTests.Mutate(files[random.Next(files.Length)], random));
    }

    private static void AssertSame(byte[] json) => Assert.Equal(Read(json, scansLists: false), Read(json, scansLists: true));

    /// <summary>Everything that was read, or what the refusal says.</summary>
    private static string Read(byte[] json, bool scansLists)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json)) return "";
        try
        {
            var file = TokenizerFile.Parse(json, scansLists);
            var shown = new StringBuilder().AppendJoin(',', file.Sections.Select(section => section.Key + section.Value.GetRawText())).AppendJoin(',', file.ModelFields.Select(field => field.Key + field.Value.GetRawText()));
            if (file.Vocabulary is { } vocabulary) shown.AppendJoin(' ', Enumerable.Range(0, vocabulary.Count).Select(entry => Encoding.UTF8.GetString(vocabulary.Token(entry)) + vocabulary.Id(entry)));
            if (file.Merges is { } merges) shown.AppendJoin(' ', merges.InOrder().Select(pair => (pair, merges.Merged(merges.Rank(pair.Left, pair.Right)))));
            if (file.Scores is { } scores) shown.AppendJoin(' ', scores);
            return shown.ToString();
        }
        catch (JsonException)
        {
            return "JSON";
        }
        catch (Exception e) when (e is InvalidOperationException or ModelFolderException)
        {
            return e.Message;
        }
    }
}
