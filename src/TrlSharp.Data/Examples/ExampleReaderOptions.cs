namespace TrlSharp.Examples;

/// <summary>How rows become examples.</summary>
public sealed record ExampleReaderOptions
{
    /// <summary>What the rows are for. Default <see cref="ExamplePurpose.Sft"/>.</summary>
    public ExamplePurpose Purpose { get; init; } = ExamplePurpose.Sft;

    /// <summary>The format of every row, instead of deciding by its columns. Default null.</summary>
    public RowFormat? Format { get; init; }

    /// <summary>What to do with rows that can be read in two ways. Default <see cref="Examples.Ambiguity.Error"/>.</summary>
    public Ambiguity Ambiguity { get; init; } = Ambiguity.Error;

    /// <summary>Other names for columns, message keys and roles. Default none.</summary>
    public ColumnMapping Mapping { get; init; } = ColumnMapping.None;

    /// <summary>Which pairs are made of ranked answers. Default all.</summary>
    public RankedPairs RankedPairs { get; init; } = RankedPairs.All;

    /// <summary>What becomes of tool-call arguments written as a JSON string. Default <see cref="Examples.ToolArguments.AsGiven"/>.</summary>
    public ToolArguments ToolArguments { get; init; } = ToolArguments.AsGiven;

    /// <summary>
    /// For <see cref="ExamplePurpose.Sft"/>: train on the <c>chosen</c> answer of preference rows. Default false: such rows are refused, because nobody
    /// said that the pair's better answer is good.
    /// </summary>
    public bool TrainOnChosen { get; init; }

    /// <summary>Every fault of these options; empty when they are sound.</summary>
    public IEnumerable<string> Problems() => Mapping.Problems();
}
