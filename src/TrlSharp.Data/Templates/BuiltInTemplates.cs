namespace TrlSharp.Templates;

/// <summary>Chat templates for base models that bring none. They must be asked for by name, and travel with the trained model.</summary>
public static class BuiltInTemplates
{
    private const string ChatMl = """
        {%- for message in messages %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    private const string Headers = """
        {{- bos_token }}
        {%- for message in messages %}
        {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + message.content | trim + '<|eot_id|>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
        {%- endif %}
        """;

    private const string Plain = """
        {%- for message in messages %}
        {{- '### ' + message.role | capitalize + ':\n' + message.content }}
        {%- if message.role == 'assistant' %}{{- eos_token }}{% endif %}
        {{- '\n\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '### Assistant:\n' }}
        {%- endif %}
        """;

    private const string ChatMlTools = """
        {%- if tools %}
        {{- '<|im_start|>system\n' }}
        {%- if messages and messages[0].role == 'system' %}
        {{- messages[0].content + '\n\n' }}
        {%- endif %}
        {{- 'You may call these functions, described by JSON Schema:\n<tools>\n' }}
        {%- for tool in tools %}
        {{- tool | tojson + '\n' }}
        {%- endfor %}
        {{- '</tools>\nWrite each call as <tool_call>\n{"name": NAME, "arguments": OBJECT}\n</tool_call>.<|im_end|>\n' }}
        {%- endif %}
        {%- for message in messages %}
        {%- if not (tools and loop.first and message.role == 'system') %}
        {{- '<|im_start|>' + message.role + '\n' }}
        {%- if message.role == 'assistant' and message.reasoning_content %}
        {{- '<think>\n' + message.reasoning_content + '\n</think>\n\n' }}
        {%- endif %}
        {%- if message.content %}
        {{- message.content }}
        {%- endif %}
        {%- for call in message.tool_calls or [] %}
        {%- set function = call.function or call %}
        {%- if message.content or not loop.first %}
        {{- '\n' }}
        {%- endif %}
        {{- '<tool_call>\n{"name": ' + function.name | tojson + ', "arguments": ' }}
        {{- function.arguments if function.arguments is string else function.arguments | tojson }}
        {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
        {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    private const string Zephyr = """
        {%- for message in messages %}
        {{- '<|' + message.role + '|>\n' + message.content + eos_token + '\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|assistant|>\n' }}
        {%- endif %}
        """;

    private const string Gemma = """
        {{- bos_token }}
        {%- for message in messages %}
        {%- if message.role == 'system' %}
        {%- if not loop.first %}{{ raise_exception('a system message must come first') }}{% endif %}
        {%- else %}
        {{- '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\n' }}
        {%- if loop.index0 == 1 and messages[0].role == 'system' %}
        {{- messages[0].content | trim + '\n\n' }}
        {%- endif %}
        {{- message.content | trim + '<end_of_turn>\n' }}
        {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<start_of_turn>model\n' }}
        {%- endif %}
        """;

    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["chatml"] = ChatMl, ["chatml_tools"] = ChatMlTools, ["llama3"] = Headers, ["zephyr"] = Zephyr, ["gemma"] = Gemma, ["plain"] = Plain,
    };

    /// <summary>
    /// What can be asked for: <c>chatml</c> (<c>&lt;|im_start|&gt;</c>), <c>chatml_tools</c> (the same with tools, calls, results and reasoning of all turns),
    /// <c>llama3</c> (header ids), <c>zephyr</c> (<c>&lt;|user|&gt;</c>, each turn closed by the end of sequence), <c>gemma</c> (<c>&lt;start_of_turn&gt;</c>, the
    /// system message inside the first turn), <c>plain</c> (no tokens of its own but the end of sequence).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [.. Sources.Keys];

    /// <summary>The source of a built-in template, or null when there is none of that name.</summary>
    public static string? Find(string name) => Sources.GetValueOrDefault(name);
}
