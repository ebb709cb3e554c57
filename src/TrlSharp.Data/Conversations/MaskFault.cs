namespace TrlSharp.Conversations;

/// <summary>Everything that can be wrong, doubtful or merely worth knowing about the mask of a row. The kebab-case form of a name is its code (<c>unknown-role</c>).</summary>
public enum MaskFault
{
    /// <summary>The row has no messages.</summary>
    EmptyConversation,

    /// <summary>A message, part, call or flag has the wrong shape.</summary>
    MessageShape,

    /// <summary>A role outside the known set.</summary>
    UnknownRole,

    /// <summary>A loss flag of the wrong type.</summary>
    WeightType,

    /// <summary>A weight below zero, or not finite.</summary>
    NegativeWeight,

    /// <summary>A key almost spelt like a loss flag.</summary>
    NearMissKey,

    /// <summary>Two loss flags of one message that contradict each other.</summary>
    FlagsDisagree,

    /// <summary>A text with a lone surrogate.</summary>
    InvalidUnicode,

    /// <summary>A <c>train_detail</c> range outside its field.</summary>
    RangeOutOfBounds,

    /// <summary>Two <c>train_detail</c> ranges that overlap.</summary>
    RangesOverlap,

    /// <summary><c>prefill</c> is not the beginning of <c>content</c>.</summary>
    PrefillNotAPrefix,

    /// <summary>An image, audio or video part where text is needed.</summary>
    NoImageSupport,

    /// <summary>The template refused the conversation (<c>raise_exception</c>).</summary>
    TemplateRejected,

    /// <summary>The template failed on the conversation.</summary>
    TemplateFailed,

    /// <summary>A null of the data was printed.</summary>
    NullRendered,

    /// <summary>A list or map of the data was printed the way Python prints it.</summary>
    ContainerRendered,

    /// <summary>A trained field does not appear in the text.</summary>
    FieldDropped,

    /// <summary>A trained field appears in part.</summary>
    FieldPartlyRendered,

    /// <summary>A trained field appears more than once.</summary>
    EmittedTwice,

    /// <summary>A text appears before the turn that it belongs to.</summary>
    AnswerLeak,

    /// <summary>The context of a turn is not the prompt an engine would have built.</summary>
    PromptMismatch,

    /// <summary>The turn is not written the way the model would have produced it.</summary>
    HistoryDiffers,

    /// <summary>A trained turn without a stop token.</summary>
    NoStop,

    /// <summary>A control token made of content.</summary>
    ControlTokenInContent,

    /// <summary>Tokens that do not decode to the text.</summary>
    DecodeMismatch,

    /// <summary><c>{% generation %}</c> tags disagree with the derived spans.</summary>
    TagsDiffer,

    /// <summary>Weight on a text of an unselected message.</summary>
    Interference,

    /// <summary>Longer than the limit.</summary>
    Overflow,

    /// <summary>A selected literal marker does not occur.</summary>
    MarkerAbsent,

    /// <summary>Nothing in the row is trained.</summary>
    NoTrainedTokens,

    /// <summary>A list of text parts was joined for a template that takes strings, or a string wrapped for one that takes lists.</summary>
    ContentNormalised,

    /// <summary>A field went to the template under the name that it reads.</summary>
    FieldRenamed,

    /// <summary>Tool call arguments were parsed from, or written to, JSON for the template.</summary>
    ArgumentsNormalised,

    /// <summary>Tool definitions without the <c>{"type": "function", "function": …}</c> around them got it, the form that transformers documents for templates.</summary>
    ToolsNormalised,

    /// <summary>An untrained field of a message does not appear in the text.</summary>
    UntrainedFieldDropped,

    /// <summary>The template has no generation prompt.</summary>
    NoGenerationPrompt,

    /// <summary>An assistant message before any user message; no engine builds its prompt.</summary>
    UnpromptedTurn,

    /// <summary>The stop token was appended because the template writes none.</summary>
    AppendedStop,

    /// <summary>The stop is the first token of the next message.</summary>
    BorrowedStop,

    /// <summary>The cut removed the stop of a turn.</summary>
    StopCut,

    /// <summary>Turns were removed to fit the limit.</summary>
    TurnsRemoved,

    /// <summary>The template writes a system prompt that the row does not have.</summary>
    DefaultSystemPrompt,

    /// <summary>The template writes the date.</summary>
    DateInjected,

    /// <summary>Two messages of one role in a row.</summary>
    ConsecutiveRole,

    /// <summary>Content spells a control token; it was encoded as plain text.</summary>
    ContentSpellsControlToken,

    /// <summary>A token lies across a weight border.</summary>
    StraddlingToken,

    /// <summary>Tokenising through the start of a turn would give other ids than the prompt's and the answer's own.</summary>
    JointTokenisationDiffers,

    /// <summary>The history form is trained on demand, although no engine produces it there.</summary>
    TrainedAsRendered,

    /// <summary>The example is a prompt and the turn produced after it; no single render holds both.</summary>
    ContextComposed,

    /// <summary>The row became more than one example.</summary>
    Split,

    /// <summary>Template variables were chosen for the row.</summary>
    ModeChosen,

    /// <summary><c>{% generation %}</c> tags hold header text or text after the stop, or leave the stop out.</summary>
    TagsDifferInFraming,

    /// <summary>The template writes something else around a message because of what another message says.</summary>
    ContentDependentTemplate,

    /// <summary>Outer white space of a field was trimmed by the template.</summary>
    Trimmed,

    /// <summary>What a collator of TRL does with the row, told beside the proved mask; never a property of ours.</summary>
    ComparedCollator,
}
