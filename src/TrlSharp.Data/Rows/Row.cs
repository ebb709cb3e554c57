namespace TrlSharp.Rows;

/// <summary>One record of a data set, before anything is known about its meaning.</summary>
/// <param name="Value">A map from column to value.</param>
/// <param name="Origin">Named in every message about this row.</param>
public sealed record Row(RowValue Value, RowOrigin Origin);
