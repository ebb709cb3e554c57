using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>A row of a source as it is understood: its examples, or why there are none.</summary>
/// <param name="Examples">What it became; null when it was refused or filtered.</param>
/// <param name="Refused">Why it cannot be used; null when it can.</param>
public sealed record SourceRow(RowExamples? Examples, RefusedRow? Refused)
{
    /// <summary>Every row of a source in order, in one thread; nothing is thrown for a row.</summary>
    /// <exception cref="ConfigException">There is no such source, or it is read in a way that contradicts itself.</exception>
    public static IEnumerable<SourceRow> ReadAll(SourceOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reader = new ExampleReader(source.Reader);
        foreach (var (row, fault) in Refusals.Interleave(RowSources.Open(source.Location, source.Split, source.Configuration)))
            yield return row is null ? new(null, new RefusedRow(null, "unreadable", fault!.Message)) : source.Filters.All(f => f.Keeps(row)) ? Read(reader, row) : new(null, null);
    }

    private static SourceRow Read(ExampleReader reader, Row row)
    {
        try
        {
            return new(reader.Read(row), null);
        }
        catch (DataException e)
        {
            return new(null, new RefusedRow(row, "unreadable", e.Message));
        }
    }
}
