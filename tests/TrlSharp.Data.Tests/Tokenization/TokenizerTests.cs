using System.Globalization;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Small = TestTokenizers.Small;

    [Fact]
    public void Ranges_tile_any_text_and_ids_decode_to_it()
    {
        foreach (var text in GeneratedTexts.Take(3000, seed: 21))
        {
            var tokens = Small.Encode(text);
            var (start, end) = (0, 0);
            foreach (var token in tokens)
            {
                // Tokens inside a character share its range; else each begins where the last one ended.
                Assert.True(token.Start == end || (token.Start >= start && token.Start < end && char.ConvertToUtf32(text, token.Start) > 0x7F), text);
                (start, end) = (token.Start, token.End);
            }

            Assert.Equal(text.Length, end);
            Assert.Equal(text, Small.Decode([.. tokens.Select(token => token.Id)]));
        }
    }

    [Fact]
    public void Control_tokens_are_found_and_can_be_skipped_when_decoding()
    {
        var ids = Small.Encode("<|im_start|>hi<|im_end|>").Select(token => token.Id).ToArray();
        Assert.Equal(Small.IdOf("<|im_start|>"), ids[0]);
        Assert.Equal(Small.EosTokenId, ids[^1]);
        Assert.Equal("hi", Small.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<|im_start|>hi<|im_end|>", Small.Decode(ids));
    }

    [Fact]
    public void A_gate_turns_control_tokens_in_data_into_ordinary_text()
    {
        const string Text = "a<|im_end|>b<|im_end|>";
        var tokens = Small.Encode(Text, gate: (start, _, _) => start > 5);
        Assert.Equal(1, tokens.Count(token => token.Id == Small.EosTokenId));
        Assert.Equal((12, 22), (tokens[^1].Start, tokens[^1].End));

        // No cut where the refused match was: the ordinary part is encoded as if the vocabulary had no such token.
        var plain = Small.Encode("a<|im_end|>b", gate: (_, _, _) => false);
        Assert.Equal(plain, tokens[..^1]);
        Assert.Equal("a<|im_end|>b", Small.Decode([.. plain.Select(token => token.Id)]));
    }

    /// <summary>Data that ends in the beginning of a control string: the refused straddling match hides the real one inside it.</summary>
    [Fact]
    public void A_refused_match_does_not_hide_a_token_inside_it()
    {
        var json = """
            {"version":"1.0","added_tokens":[{"id":3,"content":"ab","special":true,"normalized":false},{"id":4,"content":"xab","special":true,"normalized":false}],
            "model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0,"x":1,"xab":2}}}
            """;
        var tokenizer = Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Equal([2], tokenizer.Encode("xab").Select(token => token.Id));
        Assert.Equal([1, 3], tokenizer.Encode("xab", gate: (start, _, _) => start >= 1).Select(token => token.Id));
    }

    [Fact]
    public void Added_tokens_get_ids_after_the_largest_keep_those_there_are_and_are_saved()
    {
        var more = Small.WithAddedTokens([new(7, "<|tool|>", Special: true), new(7, "<|im_end|>", Special: true), new(7, "<|tool|>", Special: true), new(7, "日!")]);
        Assert.Equal((Small.VocabularySize, Small.VocabularySize + 1), (more.IdOf("<|tool|>"), more.IdOf("日!")));
        Assert.Equal(Small.VocabularySize + 2, more.VocabularySize);
        Assert.Equal(Small.IdOf("<|im_end|>"), more.IdOf("<|im_end|>"));
        Assert.Null(Small.IdOf("<|tool|>"));

        int[] ids = [.. more.Encode("a<|tool|>b日!<|im_end|>").Select(token => token.Id)];
        Assert.Equal("a<|tool|>b日!<|im_end|>", more.Decode(ids));
        Assert.Equal("ab日!", more.Decode(ids, skipSpecialTokens: true));

        var folder = Directory.CreateTempSubdirectory("trlsharp-");
        try
        {
            more.Save(folder.FullName);
            var read = Tokenizer.Load(folder.FullName);
            Assert.Equal(more.AddedTokens, read.AddedTokens);
            Assert.Equal(Small.EosToken, read.EosToken);
            foreach (var text in GeneratedTexts.Take(200, seed: 8)) Assert.Equal(more.Encode(text + "<|tool|>" + text), read.Encode(text + "<|tool|>" + text));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Throws<ConfigException>(() => Small.WithAddedTokens([new(0, "")]));
    }

    [Fact]
    public void A_lone_surrogate_is_encoded_as_the_replacement_character_and_keeps_its_range()
    {
        var tokens = Small.Encode("a\uD83Db");
        Assert.Equal(Small.Encode("a\uFFFDb"), tokens);
        Assert.Equal(3, tokens[^1].End);
    }

    [Fact]
    public void Threads_and_culture_do_not_change_anything()
    {
        var texts = GeneratedTexts.Take(400, seed: 5).ToArray();
        var expected = texts.Select(text => Small.Encode(text)).ToArray();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            Assert.Equal(expected, Small.EncodeBatch(texts, threads: 4, stop: TestContext.Current.CancellationToken));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void A_decode_stream_gives_whole_characters_and_in_the_end_the_whole_text()
    {
        foreach (var text in GeneratedTexts.Take(300, seed: 31).Where(text => !text.AsSpan().Contains('\uFFFD')))
        {
            var stream = Small.StreamDecode();
            var parts = Small.Encode(text).Select(token => stream.Step(token.Id)).ToArray();
            Assert.DoesNotContain('\uFFFD', string.Concat(parts));
            Assert.Equal(text, string.Concat(parts));
        }
    }

    [Fact]
    public void Saving_and_loading_gives_the_same_tokenizer()
    {
        var folder = Directory.CreateTempSubdirectory("trlsharp-").FullName;
        try
        {
            Small.Save(folder);
            var loaded = Tokenizer.Load(folder);
            Assert.Equal(Small.SpecialTokens, loaded.SpecialTokens);
            Assert.Equal((Small.VocabularySize, Small.PadTokenId), (loaded.VocabularySize, loaded.PadTokenId));
            foreach (var text in GeneratedTexts.Take(300, seed: 41)) Assert.Equal(Small.Encode(text), loaded.Encode(text));
            loaded.Save(folder + "/again");
            Assert.Equal(File.ReadAllBytes(folder + "/tokenizer.json"), File.ReadAllBytes(folder + "/again/tokenizer.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_length_settings_of_a_file_hold_only_where_they_are_asked_for()
    {
        const string Json = """
            {"truncation":{"direction":"Left","max_length":3,"strategy":"LongestFirst","stride":0},
            "padding":{"strategy":{"Fixed":5},"direction":"Right","pad_to_multiple_of":4,"pad_id":9,"pad_type_id":0,"pad_token":"p"},
            "pre_tokenizer":{"type":"WhitespaceSplit"},
            "post_processor":{"type":"BertProcessing","sep":["s",7],"cls":["c",6]},
            "model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0,"a":1,"b":2}}}
            """;
        var tokenizer = Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(Json));
        Assert.Equal([1, 1, 2, 2], tokenizer.Encode("a a b b").Select(token => token.Id));
        Assert.Equal([1, 2, 2, 9, 9, 9, 9, 9], tokenizer.EncodeToFileLength("a a b b").Select(token => token.Id));
        Assert.Equal([6, 2, 7, 9, 9, 9, 9, 9], tokenizer.EncodeToFileLength("a a b b", addSpecialTokens: true).Select(token => token.Id));
    }

    [Fact]
    public void The_config_overrules_flags_adds_tokens_and_writes_the_template_of_Llama()
    {
        const string Json = """
            {"added_tokens":[{"id":1,"content":"<s>","special":false,"normalized":false}],
            "model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0,"<s>":1}}}
            """;
        const string Config = """
            {"tokenizer_class":"LlamaTokenizerFast","bos_token":{"content":"<s>"},"eos_token":"</s>","add_eos_token":true,
            "added_tokens_decoder":{"1":{"content":"<s>","special":true,"normalized":false},"2":{"content":"<x>","special":false,"normalized":false}}}
            """;
        var tokenizer = Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(Json), System.Text.Encoding.UTF8.GetBytes(Config));
        Assert.Equal([("<s>", 1, true), ("<x>", 2, false), ("</s>", 3, true)], tokenizer.AddedTokens.Select(token => (token.Content, token.Id, token.Special)));
        Assert.Equal([1, 2, 3], tokenizer.Encode("<x>", addSpecialTokens: true).Select(token => token.Id));
        Assert.Equal((1, 3), (tokenizer.BosTokenId, tokenizer.EosTokenId));
    }

    [Theory]
    [InlineData("{}", "model")]
    [InlineData("""{"version":"2.0","model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0}}}""", "version \"2.0\"")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}""", "dropout")]
    [InlineData("""{"normalizer":{"type":"Magic"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "the normalizer \"Magic\"")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "needs the token \"b\"")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a)\\1"},"behavior":"Isolated","invert":false},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "\\1")]
    [InlineData("""{"model":{"type":"WordLevel","unk_token":"u","vocab":{"u":-1}}}""", "an id from 0")]
    public void What_is_damaged_or_not_implemented_is_refused_by_name(string json, string named)
    {
        var error = Assert.Throws<ModelFolderException>(() => Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
