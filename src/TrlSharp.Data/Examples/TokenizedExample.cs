using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A row that is tokens already. Whoever made it chose template and tokenizer; here only lengths and values are checked.</summary>
public sealed record TokenizedExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>Vocabulary ids.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>As many as <see cref="Tokens"/>: the weight of predicting each, from labels, masks or weights of the row. Null: the row says nothing, all are trained.</summary>
    public float[]? Weights { get; init; }

    /// <summary>The weights come from masks alone: the row has no labels.</summary>
    public bool FromMasks { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
