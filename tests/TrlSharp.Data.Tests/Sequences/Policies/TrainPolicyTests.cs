using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Data.Tests.Sequences.Policies;

public sealed class TrainPolicyTests
{
    [Fact]
    public void Defaults_are_what_the_documentation_says()
    {
        const string Expected = """
            {"turns":"all","roles":["assistant"],"role_stop":false,"completion_only":true,"thinking":1,"empty_thinking":0,"content":1,"tool_calls":1,"stop":1,"history":"auto","modes":"auto","rules":[],"turn_weight":"token","append_stop":true,"boundary":"prompt","straddle":"min","content_special_tokens":"text","mask_source":"provenance","on":{}}
            """;
        Assert.Equal(Expected.Trim(), TrainPolicy.Assistant.ToRowValue().ToString());
    }

    [Theory]
    [InlineData("last", "thinking=off", "'turns':'last'", "'thinking':0")]
    [InlineData("assistant", "turns=after:2", "'turns':'after:2'", "")]
    [InlineData("assistant", "turns=indices:[1,-1]", "'turns':'indices:[1,-1]'", "")]
    [InlineData("assistant", "toolCalls=name", "'tool_calls':'name'", "")]
    [InlineData("assistant", "tool-calls=0.5", "'tool_calls':0.5", "")]
    [InlineData("user_sim", "stop=last", "'roles':['user']", "'stop':'last'")]
    [InlineData("assistant", "on.no-stop=warning", "'on':{'no-stop':'warning'}", "")]
    [InlineData("assistant", "rules=[{'where':{'channel':'tool_calls','path':'name'},'weight':2}]", "'rules':[{'where':{'channel':'tool_calls','path':'name'},'weight':2}]", "")]
    public void Command_line_settings_refine_a_named_policy(string name, string setting, string first, string second)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        var policy = TrainPolicy.Parse([("", name), (setting[..at], setting[(at + 1)..].Replace('\'', '"'))]);
        var text = policy.ToRowValue().ToString().Replace('"', '\'');
        Assert.Contains(first, text, StringComparison.Ordinal);
        Assert.Contains(second, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_named_policy_survives_being_written_and_read()
    {
        foreach (var (name, policy) in NamedPolicies.All)
        {
            Assert.Equal(name, policy.Name);
            Assert.Contains(name, NamedPolicies.Descriptions.Keys);
            var written = policy.ToRowValue();
            Assert.Equal(written.ToString(), TrainPolicy.Parse(written).ToRowValue().ToString());
        }
    }

    [Fact]
    public void All_faults_are_reported_at_once_with_what_was_probably_meant()
    {
        var map = RowValue.Parse("""{"turn":"all","stop":"maybe","history":"splitt","header":"on","rules":[{"where":{"regex":"("},"weight":1}],"on":{"empty-conversation":"silent","no-stopp":"error"}}""");
        var e = Assert.Throws<ConfigException>(() => TrainPolicy.Parse(map));
        foreach (var part in (string[])["7 faults", "did you mean \"turns\"", "train.stop is", "did you mean \"split\"", "never sampled", "no regular expression", "cannot be changed", "did you mean \"no-stop\""])
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, false, false, true)]
    [InlineData(false, null, false, true, true)]
    [InlineData(false, null, true, false, true)]
    [InlineData(false, false, true, true, false)]
    [InlineData(true, false, true, false, false)]
    [InlineData(false, true, false, false, true)]
    public void Trl_switches_mean_what_they_mean_in_trl(bool assistantOnly, bool? completionOnly, bool promptCompletion, bool everything, bool completion)
    {
        var policy = TrainPolicy.FromTrl(assistantOnly, completionOnly, promptCompletion);
        Assert.Equal((everything, completion), (policy.Everything, policy.CompletionOnly));
    }

    [Fact]
    public void Codes_of_faults_are_stable_and_read_back()
    {
        Assert.Equal("near-miss-key", MaskFault.NearMissKey.Code());
        Assert.All(MaskFaults.AllCodes, code => Assert.Equal(code, MaskFaults.Parse(code)!.Value.Code()));
    }
}
