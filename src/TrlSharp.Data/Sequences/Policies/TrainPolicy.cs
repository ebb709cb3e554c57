using TrlSharp.Conversations;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>
/// Which characters of a conversation are trained, and with what weight. Headers, generation prompts, prefills, whatever follows a stop, and media
/// placeholders are never trained by any policy; <see cref="Everything"/> is language modelling on the whole text and knows no turns.
/// </summary>
public sealed record TrainPolicy
{
    /// <summary>All assistant turns: the default.</summary>
    public static TrainPolicy Assistant { get; } = new();

    /// <summary>Which messages of <see cref="Roles"/>. Default all.</summary>
    public TurnSelection Turns { get; init; } = TurnSelection.All;

    /// <summary>The trained roles; of others than the assistant the body only. Default the assistant.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [Examples.Roles.Assistant];

    /// <summary>Train the stop of other roles than the assistant too (user simulators). Default off.</summary>
    public bool RoleStop { get; init; }

    /// <summary>
    /// Every token but the first, whatever the turns: what a plain collator does with chats, and what <c>text</c> rows get. Flags of messages do not
    /// apply and nothing is proved. Default off.
    /// </summary>
    public bool Everything { get; init; }

    /// <summary>For <c>prompt</c>/<c>completion</c> rows: train the completion only. Default on; TRL's <c>completion_only_loss=False</c> turns it off.</summary>
    public bool CompletionOnly { get; init; } = true;

    /// <summary>Weight of reasoning. Default 1.</summary>
    public float Thinking { get; init; } = 1;

    /// <summary>Reasoning only in turns whose reasoning the template keeps when the whole conversation is rendered (<c>thinking: last</c>). Default off.</summary>
    public bool ThinkingOnlyKept { get; init; }

    /// <summary>Weight of thinking blocks that hold nothing and that the template writes. Default 0.</summary>
    public float EmptyThinking { get; init; }

    /// <summary>Weight of the answer. Default 1.</summary>
    public float Content { get; init; } = 1;

    /// <summary>Weight of names, ids and framing of tool calls. Default 1.</summary>
    public float ToolNames { get; init; } = 1;

    /// <summary>Weight of arguments of tool calls. Default 1.</summary>
    public float ToolArguments { get; init; } = 1;

    /// <summary>Weight of stop tokens. Default 1.</summary>
    public float Stop { get; init; } = 1;

    /// <summary>Only the stop of the last trained turn of the conversation (<c>stop: last</c>). Default off.</summary>
    public bool StopOnlyLast { get; init; }

    /// <summary>What happens where history differs from what sampling gives. Default <see cref="HistoryMode.Auto"/>.</summary>
    public HistoryMode History { get; init; }

    /// <summary>Template variables to choose from, in order of preference; null: found by looking at the template.</summary>
    public IReadOnlyList<RowValue>? Modes { get; init; }

    /// <summary>Factors for matching text; the last match counts. Default none.</summary>
    public IReadOnlyList<WeightRule> Rules { get; init; } = [];

    /// <summary>What the weights of a turn add up to. Default: nothing is scaled.</summary>
    public TurnWeight TurnWeight { get; init; }

    /// <summary>Append the stop that engines use where the template writes none after the last turn. Default on; the row is then flagged.</summary>
    public bool AppendStop { get; init; } = true;

    /// <summary>How text is tokenised where a trained turn begins. Default <see cref="SampledBoundary.Prompt"/>.</summary>
    public SampledBoundary Boundary { get; init; }

    /// <summary>Weight of tokens across weight borders. Default the least.</summary>
    public StraddleRule Straddle { get; init; }

    /// <summary>What becomes of content that spells a control token. Default plain text.</summary>
    public ContentControlTokens ContentSpecialTokens { get; init; }

    /// <summary>Where sampled spans come from. Default provenance.</summary>
    public MaskSource MaskSource { get; init; }

    /// <summary>The text that opens an answer, for <see cref="MaskSource.Markers"/>.</summary>
    public string? ResponseTemplate { get; init; }

    /// <summary>The text that opens a question and so ends an answer, for <see cref="MaskSource.Markers"/>; null: an answer ends with its turn.</summary>
    public string? InstructionTemplate { get; init; }

    /// <summary>What faults do, where it differs from the default.</summary>
    public IReadOnlyDictionary<MaskFault, Severity> On { get; init; } = new Dictionary<MaskFault, Severity>();

    /// <summary>The name it was asked for by, or <c>assistant</c>; shown in reports.</summary>
    public string Name { get; init; } = "assistant";

    /// <summary>The settings that <see cref="Parse(RowValue)"/> understands; on the command line <c>--train.NAME</c>.</summary>
    public static IReadOnlyList<string> SettingNames => PolicyReader.Keys;

    /// <summary>Reads a policy: a name (<see cref="NamedPolicies"/>) or a map of the keys above in snake or camel case.</summary>
    /// <exception cref="ConfigException">Unknown keys or values; all of them are named.</exception>
    public static TrainPolicy Parse(RowValue value) => PolicyReader.Read(value);

    /// <summary>
    /// Reads <c>--train NAME --train.KEY VALUE …</c>: pairs of key (empty for the name; dots descend) and value text (<c>on</c>, <c>0.5</c>,
    /// <c>after:2</c>, JSON).
    /// </summary>
    /// <exception cref="ConfigException">Unknown keys or values; all of them are named.</exception>
    public static TrainPolicy Parse(IEnumerable<(string Key, string Value)> settings) => PolicyReader.Read(PolicyText.ToMap(settings));

    /// <summary>The policy as a map with every setting; <see cref="Parse(RowValue)"/> gives an equal policy back.</summary>
    public RowValue ToRowValue() => PolicyWriter.Write(this);

    /// <summary>
    /// What TRL's switches mean here. <c>assistant_only_loss</c>: all assistant turns. Neither it nor <c>completion_only_loss</c> for chats: everything, as
    /// TRL does. <c>completion_only_loss</c> true, or null for <c>prompt</c>/<c>completion</c> rows: the completion.
    /// </summary>
    /// <param name="assistantOnly"><c>assistant_only_loss</c>.</param>
    /// <param name="completionOnly"><c>completion_only_loss</c>; null is TRL's default.</param>
    /// <param name="promptCompletion">Whether the rows have <c>prompt</c> and <c>completion</c>.</param>
    public static TrainPolicy FromTrl(bool assistantOnly, bool? completionOnly, bool promptCompletion) => new()
    {
        Name = assistantOnly ? "assistant_only_loss" : "trl",
        CompletionOnly = completionOnly ?? true,
        Everything = !assistantOnly && !(promptCompletion ? completionOnly ?? true : completionOnly ?? false),
    };

    /// <summary>The weight of a channel, before flags of messages.</summary>
    internal float Switch(Channel channel) => channel switch
    {
        Channel.Thinking => Thinking,
        Channel.EmptyThinking => EmptyThinking * Thinking,
        Channel.Content => Content,
        Channel.ToolName => ToolNames,
        Channel.ToolArguments => ToolArguments,
        Channel.Stop => Stop,
        _ => 0,
    };
}
