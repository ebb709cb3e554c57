using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>One data set of a run.</summary>
public sealed record SourceOptions
{
    /// <summary>Path, pattern, folder, name in the hub's cache, or <c>-</c>; see <see cref="RowSources.Open"/>. Required.</summary>
    public required string Location { get; init; }

    /// <summary>Which part. Default: <c>train</c> of a folder.</summary>
    public string? Split { get; init; }

    /// <summary>Which configuration of the folder's README.md. Default: its default.</summary>
    public string? Configuration { get; init; }

    /// <summary>How rows become examples.</summary>
    public ExampleReaderOptions Reader { get; init; } = new();

    /// <summary>Rows must pass all of these. Default none.</summary>
    public IReadOnlyList<RowFilter> Filters { get; init; } = [];

    /// <summary>Share of the mixture in tokens, relative to the other sources. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Passes; fractions take every so-many-th example. Default 1.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>At most so many tokens. Default no limit.</summary>
    public long? TokenQuota { get; init; }
}
