namespace TrlSharp.Examples;

/// <summary>The shapes in which data sets write their rows. Decided for every row from its own columns, and reported.</summary>
public enum RowFormat
{
    /// <summary><c>text</c>: one string, trained throughout.</summary>
    Text,

    /// <summary><c>messages</c>, <c>conversations</c> or <c>conversation</c>: a chat in any dialect.</summary>
    Messages,

    /// <summary><c>prompt</c> and <c>completion</c>, both strings or both message lists.</summary>
    PromptCompletion,

    /// <summary><c>prompt</c> alone.</summary>
    Prompt,

    /// <summary><c>chosen</c> and <c>rejected</c>, with a prompt column or with the prompt as their common beginning; also <c>Human:/Assistant:</c> transcripts.</summary>
    Preference,

    /// <summary>An answer with a boolean <c>label</c> or <c>kto_tag</c>.</summary>
    Unpaired,

    /// <summary><c>instruction</c> (<c>input</c>, <c>system</c>, <c>history</c>) and <c>output</c> or <c>response</c>.</summary>
    Alpaca,

    /// <summary><c>question</c> and <c>answer</c> or <c>response</c>, both strings.</summary>
    QuestionAnswer,

    /// <summary>Nectar: a transcript as <c>prompt</c> and a list of ranked <c>answers</c>.</summary>
    RankedAnswers,

    /// <summary>Axolotl's <c>segments</c>: texts that are trained or not, one after another, without a template.</summary>
    Segments,

    /// <summary><c>input_ids</c>, with <c>labels</c>, masks or weights.</summary>
    Tokenized,
}
