namespace TrlSharp.Sequences.Compatibility;

/// <summary>Collators of TRL whose choice of trained tokens can be shown beside ours.</summary>
public enum CollatorKind
{
    /// <summary><c>SFTTrainer</c> with default settings on chats: every token.</summary>
    Trl,

    /// <summary><c>SFTTrainer</c> with <c>assistant_only_loss=True</c>: generation tags, mapped to tokens as transformers does.</summary>
    TrlAssistantOnly,

    /// <summary><c>DataCollatorForCompletionOnlyLM</c> (removed from TRL in 2025): marker ids searched in the finished ids.</summary>
    CompletionOnlyLm,
}
