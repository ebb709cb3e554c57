using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class MicrosoftTokenizerTests
{
    private static readonly MicrosoftTokenizer Adapter = new(TestTokenizers.Small);

    [Fact]
    public void Ids_tokens_counts_and_text_are_those_of_the_tokenizer()
    {
        foreach (var text in GeneratedTexts.Take(200, seed: 61))
        {
            var expected = TestTokenizers.Small.Encode(text);
            Assert.Equal(expected.Select(token => token.Id), Adapter.EncodeToIds(text));
            Assert.Equal(expected.Select(token => (token.Start, token.End)), Adapter.EncodeToTokens(text, out _).Select(token => (token.Offset.Start.Value, token.Offset.End.Value)));
            Assert.Equal(expected.Length, Adapter.CountTokens(text));
            Assert.Equal(text, Adapter.Decode(expected.Select(token => token.Id)));
        }
    }

    /// <summary>é has no token of its own here, 😀 four: a cut never falls inside a character.</summary>
    [Fact]
    public void A_limit_on_tokens_keeps_characters_whole()
    {
        Assert.Equal(1, Adapter.GetIndexByTokenCount("a😀b", 3, out _, out var count));
        Assert.Equal(1, count);
        Assert.Equal(3, Adapter.GetIndexByTokenCountFromEnd("a😀b", 3, out _, out count));
        Assert.Equal(1, count);
        Assert.Equal(4, Adapter.GetIndexByTokenCount("a😀b", 6, out _, out count));
        Assert.Equal(6, count);
    }
}
