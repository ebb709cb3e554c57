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

    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal) { ["chatml"] = ChatMl, ["llama3"] = Headers, ["plain"] = Plain };

    /// <summary>What can be asked for: <c>chatml</c> (<c>&lt;|im_start|&gt;</c>), <c>llama3</c> (header ids), <c>plain</c> (no tokens of its own but the end of sequence).</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Sources.Keys];

    /// <summary>The source of a built-in template, or null when there is none of that name.</summary>
    public static string? Find(string name) => Sources.GetValueOrDefault(name);
}
