using System.IO.Compression;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tests;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>Tokenizers of the first Llamas put a space before the text behind a control token and decode it: their chats of several turns are sound all the same.</summary>
public sealed class SpaceBehindControlTests
{
    [Theory]
    [InlineData("yes", "no")]
    [InlineData(" yes", "  no ")]
    [InlineData("a\u0301\n\n x", "\ud83d\udc4d")]
    public void Several_turns_are_trained(string first, string second)
    {
        using var gzip = new GZipStream(File.OpenRead(SharedData.Path("conformance", "tokenizers", "llama2", "tokenizer.json.gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        var tokenizer = Tokenizer.Parse(bytes.ToArray(), """{"bos_token":"<s>","eos_token":"</s>"}"""u8.ToArray());
        Assert.Equal("a</s> b", tokenizer.Decode([.. tokenizer.Encode("a</s>b").Select(t => t.Id)]));
        var builder = new SequenceBuilder(ChatTemplate.Parse(BuiltInTemplates.Find("plain")!, "plain", tokenizer.SpecialTokens), tokenizer, TrainPolicy.Assistant, new());
        var chat = new ConversationExample(new RowOrigin("chats.jsonl", 1)) { Messages = [Message("user", "q"), Message("assistant", first), Message("user", "r"), Message("assistant", second)] };
        Assert.True(Assert.Single(builder.Build(chat).Sequences).TrainedTokens > 2);
    }

    private static RowValue Message(string role, string content) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));
}
