namespace TrlSharp.Examples;

/// <summary>What a training method wants to make of rows. One row can serve several: ranked answers hold a best answer and preference pairs.</summary>
public enum ExamplePurpose
{
    /// <summary>Supervised fine-tuning: chats, prompts with completions, plain text, tokens.</summary>
    Sft,

    /// <summary>Pairs of a better and a worse answer (DPO, reward models).</summary>
    Preference,

    /// <summary>Single answers marked good or bad (KTO).</summary>
    Unpaired,

    /// <summary>Prompts to be answered by the model itself (GRPO, RLOO).</summary>
    Prompt,
}
