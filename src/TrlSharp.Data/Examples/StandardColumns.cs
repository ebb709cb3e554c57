using System.Collections.Frozen;

namespace TrlSharp.Examples;

/// <summary>The column names that formats are recognised by.</summary>
internal static class StandardColumns
{
    /// <summary>Every name that <see cref="ColumnMapping.Columns"/> can point from.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "text", "messages", "conversations", "conversation", "prompt", "completion", "chosen", "rejected", "chosen_messages", "rejected_messages",
        "label", "kto_tag", "instruction", "input", "context", "output", "response", "history", "system", "system_prompt", "question", "answer",
        "answers", "tools", "functions", "documents", "chat_template_kwargs", "input_ids", "labels", "completion_mask", "assistant_masks",
        "assistant_mask", "loss_mask", "weights", "loss_weights", "segments");

    /// <summary>Those without which a row has no text of its own; the others only add to it.</summary>
    public static FrozenSet<string> Deciding { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "text", "messages", "conversations", "conversation", "prompt", "completion", "chosen", "rejected", "chosen_messages", "rejected_messages", "instruction", "output", "response", "question",
        "answer", "answers", "input_ids", "segments");

    /// <summary>Columns that hold a whole chat.</summary>
    public static string[] Chats { get; } = ["messages", "conversations", "conversation"];

    /// <summary>Columns that hold pictures, sound or film.</summary>
    public static string[] Media { get; } = ["image", "images", "video", "videos", "audio", "audios"];
}
