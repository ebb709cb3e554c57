using TrlSharp.Rows;

namespace TrlSharp.Inspection;

/// <summary>The conversations that a template is tried with.</summary>
internal static class LintConversations
{
    /// <summary>Name, messages and tools.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<RowValue> Messages, RowValue? Tools)> All { get; } = Build();

    private static List<(string Name, IReadOnlyList<RowValue> Messages, RowValue? Tools)> Build()
    {
        var tools = RowValue.Parse("""[{"type":"function","function":{"name":"mul","description":"multiply","parameters":{"type":"object","properties":{"a":{"type":"integer","description":"first"},"b":{"type":"integer","description":"second"}},"required":["a","b"]}}}]""");
        return
        [
            ("chat of two turns", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"A one"},{"role":"user","content":"U two"},{"role":"assistant","content":"A two"}]"""), null),
            ("system message", Messages("""[{"role":"system","content":"S zero"},{"role":"user","content":"U one"},{"role":"assistant","content":"A one"}]"""), null),
            ("reasoning in its own field", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"A one","reasoning_content":"R one"},{"role":"user","content":"U two"},{"role":"assistant","content":"A two","reasoning_content":"R two"}]"""), null),
            ("reasoning inside content", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"<think>\nR one\n</think>\n\nA one"},{"role":"user","content":"U two"},{"role":"assistant","content":"<think>\nR two\n</think>\n\nA two"}]"""), null),
            ("tool call and result", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"mul","arguments":{"a":2,"b":3}}}]},{"role":"tool","tool_call_id":"abcdefghi","name":"mul","content":"6"},{"role":"assistant","content":"A two"}]"""), tools),
            ("two answers in a row", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"A one"},{"role":"assistant","content":"A two"}]"""), null),
            ("assistant speaks first", Messages("""[{"role":"assistant","content":"A zero"},{"role":"user","content":"U one"},{"role":"assistant","content":"A one"}]"""), null),
            ("system message midway", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":"A one"},{"role":"system","content":"S two"},{"role":"user","content":"U two"},{"role":"assistant","content":"A two"}]"""), null),
            ("white space around", Messages("""[{"role":"user","content":" U one "},{"role":"assistant","content":"  A one \n"}]"""), null),
            ("empty answer", Messages("""[{"role":"user","content":"U one"},{"role":"assistant","content":""}]"""), null),
        ];
    }

    private static IReadOnlyList<RowValue> Messages(string json) => RowValue.Parse(json).Items;
}
