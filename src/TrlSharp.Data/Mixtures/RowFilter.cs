using TrlSharp.Rows;

namespace TrlSharp.Mixtures;

/// <summary>Keeps the rows of which one field is as it should be. All conditions given must hold; a row without the field is not kept.</summary>
public sealed record RowFilter
{
    /// <summary>The column; dots descend: <c>meta.score</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Its value is one of these, kinds included. Null: any.</summary>
    public IReadOnlyList<RowValue>? AnyOf { get; init; }

    /// <summary>The number is at least this.</summary>
    public double? Least { get; init; }

    /// <summary>The number is at most this.</summary>
    public double? Most { get; init; }

    /// <summary>The string has at least so many UTF-16 units, the list at least so many elements.</summary>
    public int? LeastLength { get; init; }

    /// <summary>The string has at most so many UTF-16 units, the list at most so many elements.</summary>
    public int? MostLength { get; init; }

    /// <summary>Whether the row stays.</summary>
    public bool Keeps(Row row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var value = row.Value;
        foreach (var key in Field.Split('.'))
            if (!value.TryFind(key, out value!) || value.IsNull) return false;
        return (AnyOf is null || AnyOf.Any(value.ValueEquals)) && Fits(Number(value), Least, Most) && Fits(Length(value), LeastLength, MostLength);
    }

    private static bool Fits(double? number, double? least, double? most) =>
        (least is null && most is null) || (number is { } n && (least is null || n >= least) && (most is null || n <= most));

    private static double? Number(RowValue value) => value.Kind switch
    {
        RowValueKind.Integer => (double)value.Integer,
        RowValueKind.Real => value.Real,
        _ => null,
    };

    private static double? Length(RowValue value) => value.Kind switch
    {
        RowValueKind.String => value.Text.Length,
        RowValueKind.List => value.Items.Count,
        _ => null,
    };
}
