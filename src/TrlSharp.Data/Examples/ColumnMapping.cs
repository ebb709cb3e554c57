namespace TrlSharp.Examples;

/// <summary>Names for data sets that call their columns, keys or roles otherwise.</summary>
public sealed record ColumnMapping
{
    /// <summary>The columns as they are.</summary>
    public static ColumnMapping None { get; } = new();

    /// <summary>
    /// Standard column → the data set's column: <c>text → body</c>, <c>messages → dialog</c>. Mapped columns decide the format: readings that do not use
    /// them are out, and a row that has none of those that make up a format is refused.
    /// </summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Columns that are data about the row and never decide its format (<c>label</c> of a classification, say). They stay in the metadata.</summary>
    public IReadOnlySet<string> Ignored { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The only columns that are looked at, by the data set's names; null, the default: all. The others are not even metadata.</summary>
    public IReadOnlySet<string>? Kept { get; init; }

    /// <summary>The key of a message that holds its role. Null, the default: <c>role</c> or <c>from</c>.</summary>
    public string? RoleKey { get; init; }

    /// <summary>The key of a message that holds its text. Null, the default: <c>content</c> or <c>value</c>.</summary>
    public string? ContentKey { get; init; }

    /// <summary>
    /// The data set's role → the template's role, beside the usual aliases (<c>human</c>, <c>gpt</c>, <c>model</c>, <c>observation</c> …): also the way to
    /// let a role of the template's own through, <c>critic → critic</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal IEnumerable<string> Problems()
    {
        foreach (var (standard, _) in Columns)
            if (!StandardColumns.All.Contains(standard))
                yield return $"columns: \"{standard}\" is no standard column. Standard: {string.Join(", ", StandardColumns.All.Order(StringComparer.Ordinal))}.";
        foreach (var group in Columns.GroupBy(c => c.Value, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"columns: \"{group.Key}\" is mapped to {string.Join(" and ", group.Select(g => g.Key))}; one column has one meaning.";
        foreach (var (_, actual) in Columns)
            if (Ignored.Contains(actual)) yield return $"columns: \"{actual}\" is both mapped and ignored.";
        foreach (var (_, actual) in Columns)
            if (Kept?.Contains(actual) == false) yield return $"columns: \"{actual}\" is mapped, but it is not among the columns that are kept.";
    }
}
