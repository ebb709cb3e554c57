namespace TrlSharp.Inspection;

/// <summary>Forms in which other programs take masks.</summary>
public enum ExportFormat
{
    /// <summary><c>input_ids</c>, <c>labels</c> (−100 where untrained), <c>assistant_masks</c>, and <c>weights</c> where they are not all 0 or 1: what transformers and TRL read.</summary>
    Hf,

    /// <summary>Chats with <c>weight</c> 0 or 1 on assistant messages: OpenAI, Mistral, Fireworks, Together.</summary>
    OpenAi,

    /// <summary>Chats with <c>loss</c> and, where it is not 1, <c>loss_scale</c> per message: swift.</summary>
    Swift,
}
