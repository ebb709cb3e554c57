using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace TrlSharp.Rows;

/// <summary>One shared string for each property name that data sets repeat in every row.</summary>
internal static class JsonKeys
{
    private const int LongestKnown = 24;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "role", "content", "from", "value", "messages", "conversations", "conversation", "text", "type", "name", "weight", "loss_weight", "train",
        "prompt", "completion", "chosen", "rejected", "label", "instruction", "input", "output", "system", "history", "question", "answer", "answers",
        "rank", "model", "tools", "tool_calls", "tool_call_id", "function", "function_call", "arguments", "parameters", "properties", "description",
        "required", "enum", "id", "reasoning_content", "thinking", "input_ids", "labels", "attention_mask", "source", "score",
        "category").GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The shared string of a name; the name itself when it is none of these.</summary>
    public static string Shared(string name) => Known.TryGetValue(name, out var shared) ? shared : name;

    /// <summary>The property name that the reader stands on.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (raw.Length > LongestKnown || reader.ValueIsEscaped) return reader.GetString()!;
        Span<char> chars = stackalloc char[LongestKnown];
        return Ascii.ToUtf16(raw, chars, out var count) == System.Buffers.OperationStatus.Done && Known.TryGetValue(chars[..count], out var shared)
            ? shared
            : reader.GetString()!;
    }
}
