using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Sequences;

/// <summary>What a <see cref="SequenceBuilder"/> needs to know besides template, tokenizer and policy.</summary>
public sealed record SequenceOptions
{
    /// <summary>What templates are told when they ask for the date; null: those that ask are refused. Part of the audit.</summary>
    public DateTime? Now { get; init; }

    /// <summary>
    /// <c>eos_token_id</c> of generation_config.json: all ids that end generation. The tokenizer's own EOS and the control token that the template
    /// writes after an answer are added to them.
    /// </summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>The EOS string that is appended to <c>text</c> and <c>completion</c> rows; null: the tokenizer's.</summary>
    public string? EosToken { get; init; }

    /// <summary>Append the EOS to <c>text</c> and <c>completion</c> rows that do not end with it, as TRL does. Conversations never get one. Default on.</summary>
    public bool AppendEos { get; init; } = true;

    /// <summary>Template variables for all rows (a map), or null. Those of a row win.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Longest example in tokens; null: no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What becomes of longer ones. Default: dropped and counted.</summary>
    public OverflowRule Overflow { get; init; }

    /// <summary>Every so many rows of a file are rendered again with single characters changed, to see that messages do not influence each other. Default 1000; 0: never.</summary>
    public int WitnessEvery { get; init; } = 1000;

    /// <summary>Decode the tokens of every example and compare with its text, where the tokenizer allows it. Default on.</summary>
    public bool CheckDecoding { get; init; } = true;

    /// <summary>Rows with fewer trained tokens are dropped and counted. Default 1.</summary>
    public int MinTrainedTokens { get; init; } = 1;
}
