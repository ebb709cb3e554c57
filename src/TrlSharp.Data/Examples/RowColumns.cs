using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A row seen through a column mapping. Remembers which columns were used, so that the rest is the metadata and nothing disappears.</summary>
internal sealed class RowColumns(Row row, ColumnMapping mapping)
{
    private readonly List<string> _used = [];

    public RowOrigin Origin => row.Origin;

    public ColumnMapping Mapping => mapping;

    /// <summary>Whether the standard column is there and not null. Readers of Arrow files fill missing columns with null, so null is absence.</summary>
    public bool Has(string column) => Find(column) is not null;

    /// <summary>The value of a standard column, or null when it is absent or null.</summary>
    public RowValue? Find(string column) => Actual(column) is { } actual && row.Value.Find(actual) is { IsNull: false } value ? value : null;

    /// <summary>Like <see cref="Find"/>, and the column is used: it does not appear in the metadata.</summary>
    public RowValue? Take(string column)
    {
        var value = Find(column);
        if (value is not null && Actual(column) is { } actual && !_used.Contains(actual)) _used.Add(actual);
        return value;
    }

    /// <summary>A string column that the format cannot do without.</summary>
    public string TakeText(string column) => Text(column, Take(column) ?? throw Missing(column));

    /// <summary>A string column that may be absent.</summary>
    public string? TakeOptionalText(string column) => Take(column) is { } value ? Text(column, value) : null;

    /// <summary>The name under which the data set has a standard column.</summary>
    public string NameOf(string column) => mapping.Columns.GetValueOrDefault(column, column);

    /// <summary>The columns not used and not null, as a map; null when there are none.</summary>
    public RowValue? Metadata()
    {
        if (_used.Count == row.Value.Fields.Count) return null;
        var rest = row.Value.Fields.Where(f => !f.Value.IsNull && !_used.Contains(f.Key) && mapping.Kept?.Contains(f.Key) != false).ToList();
        return rest.Count == 0 ? null : RowValue.Map(rest);
    }

    /// <summary>The columns with their kinds, for messages: <c>id (number), text (string)</c>.</summary>
    public string Found() => row.Value.Fields.Count == 0
        ? "none"
        : string.Join(", ", row.Value.Fields.Select(f => $"{f.Key} ({RowJson.Name(f.Value.Kind)})"));

    /// <summary>A refusal of this row.</summary>
    public DataException Refuse(string why, Exception? inner = null) => new($"{row.Origin}: {why}", inner);

    /// <summary>The refusal of a row that lacks a column of its format.</summary>
    public DataException Missing(string column) =>
        Refuse($"the column \"{NameOf(column)}\" is missing or null. Columns found: {Found()}. Map the right one to \"{column}\" (columns).");

    private string Text(string column, RowValue value) => value.Kind == RowValueKind.String
        ? value.Text
        : throw Refuse($"the column \"{NameOf(column)}\" is a {RowJson.Name(value.Kind)}, not a string.");

    private string? Actual(string column)
    {
        if (mapping.Columns.TryGetValue(column, out var actual)) return actual;
        if (mapping.Ignored.Contains(column)) return null;
        foreach (var (_, taken) in mapping.Columns)
            if (taken == column) return null;
        return mapping.Kept?.Contains(column) == false ? null : column;
    }
}
