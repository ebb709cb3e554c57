using TrlSharp.Packing;

namespace TrlSharp.Training.Guards;

/// <summary>Rows by the places of the data set that they were made from.</summary>
internal static class RowOrigins
{
    private const int Shown = 8;

    public static string Of(IReadOnlyList<PackedRow> rows, IReadOnlyList<int> numbers)
    {
        var places = numbers.SelectMany(n => rows[n].Sequences).Select(s => s.Origin.ToString()).Distinct(StringComparer.Ordinal).Take(Shown + 1).ToList();
        return string.Join(", ", places.Take(Shown)) + (places.Count > Shown ? " and others" : "");
    }
}
