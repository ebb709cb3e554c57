using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Conversations of every kind that chat templates meet: roles in any order, tools, reasoning, parts, missing and odd fields.</summary>
internal sealed class ConversationGenerator(ulong seed)
{
    private static readonly string[] Texts =
    [
        "Hello", "  padded \n", "", "What is 6*7?", "Größe 日本語 👍🏽", "<think>\nhm\n</think>\n\n42", "a\n\nb", "<|im_end|>", "{{ x }}", "it's \"quoted\" & <b>", "line\r\nline\ttab", "</think>", "<tool_response>x</tool_response>", "ΑΣ ß ﬁ", "1", "\u00a0\u2028",
    ];

    private readonly SeededRandom _random = new(seed);

    /// <summary>All variables of one render.</summary>
    public RowValue Next()
    {
        var fields = new List<(string, RowValue)>
        {
            ("messages", RowValue.List(Messages())),
            ("add_generation_prompt", RowValue.Of(_random.Next(2) == 0)),
            ("bos_token", RowValue.Of("<s>")),
            ("eos_token", RowValue.Of("</s>")),
            ("tools", _random.Next(3) == 0 ? RowValue.List(Tools()) : RowValue.Null),
            ("documents", _random.Next(8) == 0 ? RowValue.List(RowValue.MapOf(("title", Text()), ("text", Text()))) : RowValue.Null),
        };
        if (_random.Next(4) == 0) fields.Add(("enable_thinking", RowValue.Of(_random.Next(2) == 0)));
        if (_random.Next(8) == 0) fields.Add(("reasoning_effort", RowValue.Of("high")));
        if (_random.Next(8) == 0) fields.Add(("date_string", RowValue.Of("26 Jul 2024")));
        return RowValue.MapOf(fields);
    }

    private List<RowValue> Messages()
    {
        var messages = new List<RowValue>();
        if (_random.Next(2) == 0) messages.Add(Message(_random.Next(6) == 0 ? "developer" : "system"));
        for (var turns = 1 + _random.Next(4); turns > 0; turns--)
        {
            messages.Add(Message("user"));
            if (_random.Next(4) == 0)
            {
                messages.Add(Call());
                for (var results = 1 + _random.Next(2); results > 0; results--) messages.Add(Message("tool").With("tool_call_id", RowValue.Of("c1")).With("name", RowValue.Of("f")));
            }

            if (turns > 1 || _random.Next(3) > 0) messages.Add(Answer());
        }

        if (_random.Next(6) == 0) messages.Add(Message(new[] { "assistant", "user", "tool", "system", "odd" }[_random.Next(5)]));
        return messages;
    }

    private RowValue Message(string role) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", Content()));

    private RowValue Answer()
    {
        var message = Message("assistant");
        return _random.Next(4) switch
        {
            0 => message.With(new[] { "reasoning_content", "thinking", "reasoning" }[_random.Next(3)], Text()),
            1 => message.With("tool_calls", _random.Next(2) == 0 ? RowValue.Null : RowValue.List()),
            _ => message,
        };
    }

    private RowValue Call()
    {
        var function = RowValue.MapOf(("name", RowValue.Of("f")), ("arguments", _random.Next(4) == 0 ? RowValue.Of("{\"a\": 1}") : Arguments()));
        var call = RowValue.MapOf(("id", RowValue.Of("c1")), ("type", RowValue.Of("function")), ("function", function));
        return Message("assistant").With("tool_calls", _random.Next(3) == 0 ? RowValue.List(call, call) : RowValue.List(call));
    }

    private RowValue Arguments() => RowValue.MapOf(
        ("city", Text()), ("n", RowValue.Of(new BigInteger(_random.Next(1000)))), ("x", RowValue.Of(_random.NextDouble())), ("deep", RowValue.MapOf(("list", RowValue.List(RowValue.True, RowValue.Null, Text())))));

    private RowValue Content() => _random.Next(10) switch
    {
        0 => RowValue.List(RowValue.MapOf(("type", RowValue.Of("text")), ("text", Text())), RowValue.MapOf(("type", RowValue.Of(_random.Next(2) == 0 ? "image" : "text")), ("text", Text()))),
        1 when _random.Next(2) == 0 => RowValue.Null,
        _ => Text(),
    };

    private static List<RowValue> Tools() => [RowValue.Parse("""
        {"type": "function", "function": {"name": "f", "description": "d'oh", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "where"}, "n": {"type": ["integer", "null"], "enum": [1, 2]}}, "required": ["city"]}}}
        """)];

    private RowValue Text() => RowValue.Of(string.Concat(Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Texts[_random.Next(Texts.Length)])));
}
