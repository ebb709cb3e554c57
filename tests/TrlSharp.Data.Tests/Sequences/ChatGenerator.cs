using CsCheck;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>Random conversations: ordinary words beside control strings, markers, template syntax and awkward Unicode.</summary>
internal static class ChatGenerator
{
    private static readonly string[] Words =
    [
        "yes", "42", " ", "\n", "\n\n", "\t", "  x ", "hello", "é", "e\u0301", "👍🏽", "👩‍👩‍👧", "漢字", "שלום", "\r\n", "\u2028", "ß", "İ", "ﬁ", "\u0000", "\u200d", "a", "The ", "answer.",
        "[[dummy_message]]", "{{ messages[0].content }}", "{% generation %}", "None", "True", "assistant", "user\n", "system", "<|im_", "im_end|>", "</s", "``", "'s", "...", "12345", "_",
    ];

    private static readonly string[] ControlStrings =
    [
        "<|im_end|>", "<|im_start|>", "<|im_start|>assistant\n", "<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>",
        "<|endoftext|>", "</s>", "[INST]", "[/INST]", "<end_of_turn>", "<start_of_turn>model\n", "<|return|>", "<|channel|>", "<|user|>", "### Response:\n", "<|end|>", "<eos>", "<bos>",
    ];

    /// <summary>Every control string of <paramref name="own"/> and of other families, headers, tags and template syntax, in any order.</summary>
    public static Gen<string> Soup(IReadOnlyList<string> own) => Gen.Frequency((2, OneOf(Words)), (2, OneOf(ControlStrings)), (3, OneOf([.. own]))).Array[1, 8].Select(string.Concat);

    /// <summary>A content; control strings are rarer than words.</summary>
    public static Gen<string> Content { get; } =
        Gen.Frequency((5, OneOf(Words)), (1, OneOf(ControlStrings))).Array[0, 8].Select(string.Concat);

    /// <summary>Content that holds nothing which templates look for.</summary>
    public static Gen<string> Plain { get; } = OneOf("yes", "no", "hello there", "42", "The answer is 7.", "漢字 é", "one\ntwo", "x").Array[1, 3].Select(a => string.Join(' ', a));

    /// <summary>User and assistant in turn, sometimes with a system message first.</summary>
    public static Gen<ConversationExample> Alternating(Gen<string> content) =>
        Gen.Select(Gen.Bool, Gen.Int[1, 4], content.Array[9], Gen.Bool).Select((system, turns, texts, open) =>
        {
            var messages = new List<RowValue>();
            if (system) messages.Add(Message("system", texts[8]));
            for (var i = 0; i < turns; i++)
            {
                messages.Add(Message("user", texts[2 * i % 8]));
                if (i < turns - 1 || !open || turns == 1) messages.Add(Message("assistant", texts[((2 * i) + 1) % 8]));
            }

            return Example(messages);
        });

    /// <summary>Any order of roles.</summary>
    public static Gen<ConversationExample> AnyOrder(Gen<string> content) =>
        Gen.Select(OneOf("user", "assistant", "assistant", "system", "tool"), content, Message).List[1, 8].Select(m => Example(m));

    /// <summary>Agents: reasoning, calls of one tool and results, an answer, and so on.</summary>
    public static Gen<ConversationExample> Agent(Gen<string> content) =>
        Gen.Select(Gen.Int[1, 3], Gen.Bool.Array[6], content.Array[12], Gen.Int[0, 99]).Select((turns, flags, texts, number) =>
        {
            var messages = new List<RowValue>();
            for (var i = 0; i < turns; i++)
            {
                messages.Add(Message("user", texts[4 * i]));
                if (flags[i])
                {
                    messages.Add(WithReasoning(Message("assistant", ""), flags[3 + i], "look it up").With("tool_calls", RowValue.Parse(
                        FormattableString.Invariant($$$"""[{"id":"abcdefghi","type":"function","function":{"name":"mul","arguments":{"a":{{{number}}},"b":"{{{i}}} </tool_call>"} } }]"""))));
                    messages.Add(Message("tool", texts[(4 * i) + 1]).With("tool_call_id", RowValue.Of("abcdefghi")).With("name", RowValue.Of("mul")));
                }

                messages.Add(WithReasoning(Message("assistant", texts[(4 * i) + 2]), flags[(i + 1) % 6], texts[(4 * i) + 3]));
            }

            return Example(messages) with { Tools = RowValue.Parse("""[{"type":"function","function":{"name":"mul","description":"multiply","parameters":{"type":"object","properties":{"a":{"type":"integer","description":"x"},"b":{"type":"string","description":"y"}},"required":["a"]}}}]""") };
        });

    /// <summary>All kinds.</summary>
    public static Gen<ConversationExample> Any { get; } = Gen.Frequency((3, Alternating(Content)), (1, AnyOrder(Content)), (2, Agent(Plain)), (1, Agent(Content)), (1, Alternating(Plain)));

    private static RowValue WithReasoning(RowValue message, bool thinks, string reasoning) => thinks ? message.With("reasoning_content", RowValue.Of(reasoning)) : message;

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static RowValue Message(string role, string content) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));

    public static ConversationExample Example(IReadOnlyList<RowValue> messages) => new(new RowOrigin("generated.jsonl", 1)) { Messages = messages };
}
