namespace TrlSharp.Conversations;

/// <summary>What each <see cref="MaskFault"/> does: the defaults, changed by the policy's <c>on</c> table.</summary>
public sealed class SeverityTable
{
    private readonly Severity[] _severities;

    private SeverityTable(Severity[] severities) => _severities = severities;

    /// <summary>No overrides.</summary>
    public static SeverityTable Default { get; } = With([]);

    /// <summary>What a fault does.</summary>
    public Severity this[MaskFault fault] => _severities[(int)fault];

    /// <summary>The defaults with overrides; those of faults that cannot be overridden must already have been refused.</summary>
    public static SeverityTable With(IReadOnlyDictionary<MaskFault, Severity> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        var severities = Enum.GetValues<MaskFault>().Select(f => overrides.TryGetValue(f, out var s) ? s : f.DefaultSeverity()).ToArray();
        return new SeverityTable(severities);
    }

    /// <summary>No overrides.</summary>
    public static SeverityTable With(IEnumerable<KeyValuePair<MaskFault, Severity>> overrides) => With(new Dictionary<MaskFault, Severity>(overrides));
}
