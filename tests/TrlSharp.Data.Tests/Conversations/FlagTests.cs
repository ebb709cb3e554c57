using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Conversations;

public sealed class FlagTests
{
    [Theory]
    [InlineData("\"weight\":0", 0f)]
    [InlineData("\"weight\":0.25", 0.25f)]
    [InlineData("\"train\":false", 0f)]
    [InlineData("\"training\":true", 1f)]
    [InlineData("\"trainable\":false", 0f)]
    [InlineData("\"loss\":true", 1f)]
    [InlineData("\"loss\":true,\"loss_scale\":2.5", 2.5f)]
    [InlineData("\"masked\":true", 0f)]
    [InlineData("\"masked\":false,\"weight\":3", 3f)]
    [InlineData("\"weight\":null", null)]
    public void Every_vendors_flag_is_read_as_a_weight_and_hidden_from_the_template(string flags, float? weight)
    {
        var message = Read($$"""{"role":"assistant","content":"y",{{flags}}}""");
        Assert.Equal(weight, message.Flags.Weight);
        Assert.Equal(["role", "content"], message.Body.Fields.Select(f => f.Key));
    }

    [Theory]
    [InlineData("\"train\":false,\"weight\":1", MaskFault.FlagsDisagree)]
    [InlineData("\"masked\":true,\"trainable\":true", MaskFault.FlagsDisagree)]
    [InlineData("\"weight\":1,\"loss_scale\":2", MaskFault.FlagsDisagree)]
    [InlineData("\"train\":1", MaskFault.WeightType)]
    [InlineData("\"train_parts\":{\"stops\":1}", MaskFault.NearMissKey)]
    [InlineData("\"train_detail\":[{\"start\":0}]", MaskFault.WeightType)]
    [InlineData("\"train_detail\":[{\"start\":0,\"end\":1,\"train\":true,\"weight\":0}]", MaskFault.FlagsDisagree)]
    [InlineData("\"train_detail\":[{\"start\":0,\"end\":1,\"field\":\"reasoning_content\"}]", MaskFault.RangeOutOfBounds)]
    [InlineData("\"trian\":false", MaskFault.NearMissKey)]
    [InlineData("\"los\":false", MaskFault.NearMissKey)]
    [InlineData("\"trainble\":false", MaskFault.NearMissKey)]
    public void Flags_that_are_doubtful_are_refused(string flags, MaskFault fault)
    {
        var e = Assert.Throws<MaskException>(() => Read($$"""{"role":"assistant","content":"y",{{flags}}}"""));
        Assert.Equal(fault, e.Fault);
        Assert.Contains("message 0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_keys_that_are_no_misspelt_flags_are_metadata()
    {
        Assert.Same(MessageFlags.None, Read("""{"role":"assistant","content":"y","id":7,"timestamp":"t","class":"c","cost":1}""").Flags);
    }

    [Theory]
    [InlineData("""{"start":1,"end":2}""", 2, 3)]
    [InlineData("""{"start":4,"end":5,"unit":"byte"}""", 2, 3)]
    [InlineData("""{"start":2,"end":3,"unit":"utf16"}""", 2, 3)]
    [InlineData("""{"begin_offset":0,"end_offset":1}""", 0, 3)]
    public void Ranges_are_translated_from_their_unit_to_utf16(string range, int start, int end)
    {
        var detail = Read($$"""{"role":"assistant","content":"👍xy","train_detail":[{{range}}]}""").Flags.Detail;
        Assert.Equal([new TrainedRange("content", start, end, 1)], detail);
    }

    [Fact]
    public void A_range_never_cuts_a_character()
    {
        var e = Assert.Throws<MaskException>(() => Read("""{"role":"assistant","content":"👍x","train_detail":[{"start":0,"end":2,"unit":"byte"}]}"""));
        Assert.Contains("cuts a character", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_and_tool_calls_have_flags_of_their_own()
    {
        var message = Read("""
            {"role":"assistant","content":[{"type":"text","text":"ab","train":false},{"type":"text","text":"cd","weight":2}],
             "tool_calls":[{"function":{"name":"f","arguments":{"weight":3}},"weight":0},{"function":{"name":"g","arguments":{}}}]}
            """);
        Assert.Equal([new("content[0].text", 0, 2, 0), new TrainedRange("content[1].text", 0, 2, 2)], message.Flags.Parts);
        Assert.Equal([0f, null], message.Flags.ToolCalls);
        Assert.DoesNotContain("train", message.Body.ToString(), StringComparison.Ordinal);
        Assert.Contains("""{"weight":3}""", message.Body.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[1]""", MaskFault.MessageShape)]
    [InlineData("""[{"content":"x"}]""", MaskFault.MessageShape)]
    [InlineData("""[{"role":"user","content":3}]""", MaskFault.MessageShape)]
    [InlineData("""[{"role":"assistant","content":null}]""", MaskFault.MessageShape)]
    [InlineData("""[{"role":"gpt","content":"x"}]""", MaskFault.UnknownRole)]
    public void Messages_of_a_wrong_shape_are_refused(string messages, MaskFault fault) =>
        Assert.Equal(fault, Assert.Throws<MaskException>(() => ReadAll(messages)).Fault);

    [Fact]
    public void A_role_that_the_policy_names_is_known() =>
        Assert.Equal("critic", new ConversationReader(["critic"], SeverityTable.Default).Read(Example("""[{"role":"critic","content":"x"}]""")).Messages[0].Role);

    private static Message Read(string message) => ReadAll($"[{message}]").Messages[0];

    private static Conversation ReadAll(string messages) => new ConversationReader([], SeverityTable.Default).Read(Example(messages));

    private static ConversationExample Example(string messages) => new(new RowOrigin("rows.jsonl", 1)) { Messages = RowValue.Parse(messages).Items };
}
