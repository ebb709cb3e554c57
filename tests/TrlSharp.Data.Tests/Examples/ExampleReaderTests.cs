using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Examples;

public sealed class ExampleReaderTests
{
    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}""", """[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]""")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b","train":false}]}""", """[{"role":"user","content":"a"},{"role":"assistant","content":"b","train":false}]""")]
    [InlineData("""{"conversation":[{"from":"Human","value":"a"},{"from":"Model","value":"b"}],"messages":null}""", """[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"messages":"[{\"role\":\"user\",\"content\":\"a\"}]"}""", """[{"role":"user","content":"a"}]""")]
    [InlineData("""{"system":"s","messages":[{"role":"user","content":"a"}]}""", """[{"role":"system","content":"s"},{"role":"user","content":"a"}]""")]
    [InlineData("""{"instruction":"i","input":"","output":"o"}""", """[{"role":"user","content":"i"},{"role":"assistant","content":"o"}]""")]
    [InlineData("""{"instruction":"i","input":"x","output":"o","system":"s","history":[["q","r"]]}""", """[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"r"},{"role":"user","content":"i\nx"},{"role":"assistant","content":"o"}]""")]
    [InlineData("""{"instruction":"i","context":"c","response":"o","category":"qa"}""", """[{"role":"user","content":"i\nc"},{"role":"assistant","content":"o"}]""")]
    [InlineData("""{"system_prompt":"s","question":"q","response":"r"}""", """[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"r"}]""")]
    [InlineData("""{"prompt":"\n\nHuman: q \n\nAssistant: ","answers":[{"answer":"x","rank":2},{"answer":"y","rank":1.0},{"answer":"z","rank":1}],"turns":1}""", """[{"role":"user","content":"q "},{"role":"assistant","content":"y"}]""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""", """[{"role":"user","content":"ab"}]""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a","weight":0},{"type":"text","text":"b"}]}]}""", """[{"role":"user","content":[{"type":"text","text":"a","weight":0},{"type":"text","text":"b"}]}]""")]
    [InlineData("""{"messages":[{"role":"model","parts":[{"text":"a"}]}]}""", """[{"role":"assistant","content":"a"}]""")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"b"}]}]}""", """[{"role":"assistant","reasoning_content":"t","content":"b"}]""")]
    [InlineData("""{"messages":[{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}],"function_call":null}]}""", """[{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]""")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"reasoning","value":"t","weight":0},{"type":"text","value":"b"}]}]}""", """[{"role":"assistant","content":[{"type":"thinking","thinking":"t","weight":0},{"type":"text","text":"b"}]}]""")]
    [InlineData("""{"messages":[{"role":"observation","content":"x"},{"role":"ipython","content":"y"}]}""", """[{"role":"observation","content":"x"},{"role":"ipython","content":"y"}]""")]
    [InlineData("""{"messages":[{"role":"assistant","content":"","function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}]}""", """[{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","name":"f","content":"1"}]""")]
    [InlineData("""{"conversations":[{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"a\":1}}","loss":false},{"from":"observation","value":"2"}]}""", """[{"role":"assistant","content":"","loss":false,"tool_calls":[{"type":"function","function":{"name":"f","arguments":{"a":1}}}]},{"role":"tool","content":"2"}]""")]
    [InlineData("""{"messages":[{"role":"assistant","content":"x","thinking":"t"}]}""", """[{"role":"assistant","content":"x","thinking":"t","reasoning_content":"t"}]""")]
    public void Every_chat_dialect_comes_to_the_common_shape_with_its_flags_kept(string row, string messages)
    {
        var chat = Assert.IsType<ConversationExample>(Assert.Single(Read(row).Examples));
        Assert.Equal(messages, RowValue.List(chat.Messages).ToString());
        Assert.Null(chat.PromptMessages);
    }

    [Fact]
    public void Prompt_and_completion_are_a_chat_or_two_strings()
    {
        var chat = Assert.IsType<ConversationExample>(Read("""{"prompt":[{"role":"user","content":"a"}],"completion":{"role":"assistant","content":"b"},"id":7}""").Examples[0]);
        Assert.Equal(1, chat.PromptMessages);
        Assert.Equal(2, chat.Messages.Count);
        Assert.Equal("""{"id":7}""", chat.Metadata!.ToString());
        var text = Assert.IsType<PromptCompletionExample>(Read("""{"prompt":"a","completion":" b"}""").Examples[0]);
        Assert.Equal(("a", " b"), (text.Prompt, text.Completion));
        Assert.Null(text.Metadata);
    }

    [Fact]
    public void Tools_documents_and_template_variables_leave_the_metadata()
    {
        var chat = Assert.IsType<ConversationExample>(Read(
            """{"messages":[{"role":"user","content":"a"}],"tools":"[{\"name\":\"f\"}]","documents":[{"title":"t"}],"chat_template_kwargs":{"enable_thinking":false},"source":"web","other":null}""").Examples[0]);
        Assert.Equal("""[{"name":"f"}]""", chat.Tools!.ToString());
        Assert.Equal("""[{"title":"t"}]""", chat.Documents!.ToString());
        Assert.Equal("""{"enable_thinking":false}""", chat.TemplateKwargs!.ToString());
        Assert.Equal("""{"source":"web"}""", chat.Metadata!.ToString());
        Assert.Equal("""[{"type":"function","function":{"name":"g"}}]""", ((ConversationExample)Read("""{"messages":[{"role":"user","content":"a"}],"functions":[{"name":"g"}],"tools":"[]"}""").Examples[0]).Tools!.ToString());
    }

    [Fact]
    public void An_ambiguous_row_shows_what_each_reading_makes_of_it()
    {
        var message = Assert.Throws<DataException>(() => Read("""{"text":"all of it","messages":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}""")).Message;
        Assert.Contains("""Text: {"text":"all of it","metadata":{"messages":""", message, StringComparison.Ordinal);
        Assert.Contains("""Messages: {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]""", message, StringComparison.Ordinal);
        Assert.Contains("ignored_columns", message, StringComparison.Ordinal);
        Assert.Contains("it is a number", Assert.Throws<DataException>(() => Read("""{"text":"a","messages":[3]}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chat_may_be_a_list_of_strings_in_turn()
    {
        var chat = Assert.IsType<ConversationExample>(Read("""{"conversations":["hi","hello","bye"],"source":"lima"}""").Examples[0]);
        Assert.Equal(["""{"role":"user","content":"hi"}""", """{"role":"assistant","content":"hello"}""", """{"role":"user","content":"bye"}"""], chat.Messages.Select(m => m.ToString()));
        Assert.Contains("message 0", Assert.Throws<DataException>(() => Read("""{"conversations":["hi",3]}""")).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Read("""{"prompt":["hi"],"completion":["hello"]}"""));
    }

    [Fact]
    public void Segments_keep_their_labels_and_are_written_as_they_were()
    {
        const string row = """{"segments":[{"label":false,"text":"<s>Hi\n"},{"label":true,"text":"hello</s>"}],"id":1}""";
        var read = Read(row);
        Assert.Equal(RowFormat.Segments, read.Format);
        var example = Assert.IsType<SegmentsExample>(read.Examples[0]);
        Assert.Equal([new TextSegment("<s>Hi\n", false), new TextSegment("hello</s>", true)], example.Segments);
        Assert.Equal(row, ExampleJson.Write(example).ToString());
        Assert.Contains("segment 1", Assert.Throws<DataException>(() => Read("""{"segments":[{"label":false,"text":"a"},{"label":1,"text":"b"}]}""")).Message, StringComparison.Ordinal);

        // A transcript with times, say: no text to train.
        Assert.Equal(RowFormat.Text, Read("""{"text":"a","segments":[{"start":0.5,"text":"a"}]}""").Format);
    }

    [Theory]
    [InlineData("""{"text":"a","messages":[{"role":"user","content":"a"}]}""", "2 ways: as Text (text) or as Messages (messages)")]
    [InlineData("""{"text":"a","instruction":"i","output":"o"}""", "Text (text) or as Alpaca (instruction, output)")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"conversations":[{"role":"user","content":"a"}]}""", "Messages (messages) or as Messages (conversations)")]
    [InlineData("""{"body":"a","n":1}""", "no known format. Columns found: body (string), n (number)")]
    [InlineData("""{"prompt":"a"}""", "no known format")]
    [InlineData("""{"text":3}""", "\"text\" is a number, not a string")]
    [InlineData("""{"prompt":"a","completion":[]}""", "\"prompt\" is a string and \"completion\" a list")]
    [InlineData("""{"prompt":[{"role":"user","content":"a"}],"completion":[]}""", "nothing to train")]
    [InlineData("""{"messages":[]}""", "empty list")]
    [InlineData("""{"messages":"hello"}""", "\"messages\" is a string, not a list of messages")]
    [InlineData("""{"messages":[{"content":"x"}]}""", "message 0 of \"messages\": it has no role")]
    [InlineData("""{"messages":[{"role":"user","content":"x"},{"role":"assistnt","content":"x"}]}""", "message 1 of \"messages\": the role \"assistnt\" is unknown")]
    [InlineData("""{"messages":[{"role":"user","from":"human","content":"x"}]}""", "both \"role\" and \"from\"")]
    [InlineData("""{"messages":[{"role":"user","content":"x","parts":[]}]}""", "both \"content\" and \"parts\"")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", "its content is a number")]
    [InlineData("""{"messages":[{"role":"user","content":null}]}""", "the user message has no content")]
    [InlineData("""{"messages":[{"role":"user"}],"tools":"[{"}""", "has no content")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tools":"[{"}""", "\"tools\" is a string, but not a JSON list of tools")]
    [InlineData("""{"messages":[{"role":"assistant","content":"x","thinking":"a","reasoning_content":"b"}]}""", "say different things")]
    [InlineData("""{"conversations":[{"from":"function_call","value":"nope"}]}""", "the tool call is not JSON")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"images":["a.png"]}""", "pictures or sound")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"chat_template_kwargs":3}""", "not an object")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"label":true}""", "marked good or bad")]
    [InlineData("""{"prompt":"p","answers":[{"answer":"x"}]}""", "answer 0 has no number under \"rank\"")]
    [InlineData("""{"input_ids":[1,2],"labels":[1]}""", "\"labels\" has 1 values, but there are 2 ids")]
    [InlineData("""{"input_ids":[1,2],"labels":[2,-100]}""", "labels[0] is 2")]
    [InlineData("""{"input_ids":[1,-2]}""", "input_ids[1] is -2")]
    [InlineData("""{"input_ids":[1,2],"assistant_masks":[0,2]}""", "assistant_masks[1] is 2")]
    [InlineData("""{"input_ids":[1,2],"weights":[0,-1.5]}""", "weights[1] is -1.5")]
    [InlineData("{}", "Columns found: none")]
    public void A_row_that_fits_nothing_or_twice_is_refused_with_its_place(string row, string part)
    {
        var e = Assert.Throws<DataException>(() => Read(row));
        Assert.StartsWith("rows.jsonl:1: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"a","messages":[{"role":"user","content":"a"}]}""", RowFormat.Messages)]
    [InlineData("""{"text":"a","prompt":"p","completion":"c"}""", RowFormat.PromptCompletion)]
    [InlineData("""{"prompt":"p","completion":"c","messages":[{"role":"user","content":"a"}]}""", RowFormat.PromptCompletion)]
    [InlineData("""{"prompt":"p","messages":[{"role":"user","content":"a"}],"prompt_id":"x"}""", RowFormat.Messages)]
    public void Trl_precedence_is_there_by_name(string row, RowFormat format) =>
        Assert.Equal(format, Read(row, new() { Ambiguity = Ambiguity.Trl }).Format);

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b"}""", "\"p\"", "\"a\"", "\"b\"")]
    [InlineData("""{"chosen":"The sky is blue.","rejected":"The sky is green."}""", "\"The sky is\"", "\" blue.\"", "\" green.\"")]
    [InlineData("""{"chosen":"x😀","rejected":"x😁"}""", "\"x\"", "\"\\uD83D\\uDE00\"", "\"\\uD83D\\uDE01\"")]
    [InlineData("""{"prompt":"p","chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}]}""", """[{"role":"user","content":"p"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"prompt":"p","chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}],"messages":[{"role":"user","content":"p"}]}""", """[{"role":"user","content":"p"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"conversations":[{"from":"human","value":"p"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}""", """[{"role":"user","content":"p"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"instruction":"i","input":"x","chosen":"a","rejected":"b"}""", """[{"role":"user","content":"i\nx"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"prompt":"\n\nHuman: p\n\nAssistant:","chosen":" a","rejected":" b"}""", """[{"role":"user","content":"p"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    [InlineData("""{"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}]}""", """[{"role":"user","content":"p"}]""", """[{"role":"assistant","content":"a"}]""", """[{"role":"assistant","content":"b"}]""")]
    public void Pairs_come_with_their_prompt(string row, string prompt, string chosen, string rejected)
    {
        var pair = Assert.IsType<PreferenceExample>(Assert.Single(Read(row, new() { Purpose = ExamplePurpose.Preference }).Examples));
        Assert.Equal((prompt, chosen, rejected), (pair.Prompt.ToString(), pair.Chosen.ToString(), pair.Rejected.ToString()));
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"a"}""", "no preference")]
    [InlineData("""{"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"}]}""", "the beginning of the other")]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":[{"role":"assistant","content":"a"}]}""", "not of one kind")]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":null}""", "no known format")]
    public void Pairs_without_a_preference_are_refused(string row, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => Read(row, new() { Purpose = ExamplePurpose.Preference })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(RankedPairs.All, "a>b a>c a>d b>d c>d")]
    [InlineData(RankedPairs.BestVersusRest, "a>b a>c a>d")]
    [InlineData(RankedPairs.BestVersusWorst, "a>d")]
    public void Ranked_answers_make_pairs_by_rank_and_ties_make_none(RankedPairs which, string expected)
    {
        var row = """{"prompt":"q","answers":[{"answer":"d","rank":5},{"answer":"a","rank":1},{"answer":"b","rank":2},{"answer":"c","rank":2}]}""";
        var pairs = Read(row, new() { Purpose = ExamplePurpose.Preference, RankedPairs = which }).Examples.Cast<PreferenceExample>();
        Assert.Equal(expected, string.Join(' ', pairs.Select(p => $"{p.Chosen.Items[0].Find("content")!.Text}>{p.Rejected.Items[0].Find("content")!.Text}")));
    }

    [Theory]
    [InlineData("""{"prompt":"p","completion":"c","label":false}""", "\"p\"", "\"c\"", false)]
    [InlineData("""{"prompt":"p","completion":"c","label":1}""", "\"p\"", "\"c\"", true)]
    [InlineData("""{"instruction":"i","output":"o","kto_tag":true}""", """[{"role":"user","content":"i"}]""", """[{"role":"assistant","content":"o"}]""", true)]
    public void Marked_answers_are_unpaired(string row, string prompt, string completion, bool desirable)
    {
        var example = Assert.IsType<UnpairedExample>(Assert.Single(Read(row, new() { Purpose = ExamplePurpose.Unpaired }).Examples));
        Assert.Equal((prompt, completion, desirable), (example.Prompt.ToString(), example.Completion.ToString(), example.Desirable));
    }

    [Theory]
    [InlineData("""{"prompt":"p","answer":"42"}""", "\"p\"", """{"answer":"42"}""")]
    [InlineData("""{"question":"q","answer":"42"}""", """[{"role":"user","content":"q"}]""", """{"answer":"42"}""")]
    [InlineData("""{"prompt":[{"role":"user","content":"p"}],"completion":"c"}""", """[{"role":"user","content":"p"}]""", """{"completion":"c"}""")]
    public void Prompts_keep_what_rewards_look_at(string row, string prompt, string metadata)
    {
        var example = Assert.IsType<PromptExample>(Assert.Single(Read(row, new() { Purpose = ExamplePurpose.Prompt }).Examples));
        Assert.Equal((prompt, metadata), (example.Prompt.ToString(), example.Metadata!.ToString()));
    }

    [Theory]
    [InlineData("""{"input_ids":[5,6,7]}""", null)]
    [InlineData("""{"input_ids":[5,6,7],"labels":[-100,6,7]}""", "0 1 1")]
    [InlineData("""{"input_ids":[5,6,7],"completion_mask":[0,1,1],"assistant_masks":[1,0,1]}""", "0 0 1")]
    [InlineData("""{"input_ids":[5,6,7],"labels":[-100,6,7],"completion_mask":[0,0,1]}""", "0 1 1")]
    [InlineData("""{"input_ids":[5,6,7],"loss_mask":[false,true,true],"weights":[1,0.5,2]}""", "0 0.5 2")]
    public void Tokens_take_weights_from_labels_masks_or_weights(string row, string? weights)
    {
        var example = Assert.IsType<TokenizedExample>(Assert.Single(Read(row).Examples));
        Assert.Equal([5, 6, 7], example.Tokens);
        Assert.Equal(weights, example.Weights is null ? null : string.Join(' ', example.Weights.Select(w => w.ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void A_packed_row_is_taken_apart()
    {
        var examples = Read("""{"input_ids":[5,6,7],"labels":[5,6,-100],"seq_lengths":[2,1]}""").Examples.Cast<TokenizedExample>().ToList();
        Assert.Equal([[5, 6], [7]], examples.Select(e => e.Tokens));
        Assert.Equal([[1f, 1f], [0f]], examples.Select(e => e.Weights!));
    }

    [Fact]
    public void Tool_arguments_are_parsed_when_the_template_needs_objects()
    {
        var row = """{"messages":[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":"{\"a\": 1}"}},{"function":{"name":"g","arguments":""}}]}]}""";
        var chat = (ConversationExample)Read(row, new() { ToolArguments = ToolArguments.Parsed }).Examples[0];
        Assert.Equal("""[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"name":"g","arguments":{}}}]""", chat.Messages[0].Find("tool_calls")!.ToString());
    }

    private static RowExamples Read(string json, ExampleReaderOptions? options = null) =>
        new ExampleReader(options).Read(new(RowValue.Parse(json), new("rows.jsonl", 1)));
}
