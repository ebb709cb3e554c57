namespace TrlSharp.Sft.Options;

/// <summary>Low-rank adapters, with TRL's names and defaults.</summary>
public sealed record SftAdapterSettings
{
    /// <summary>r.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>α; the update is scaled by α/r.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Share of the adapter's inputs that is dropped.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>Modules to adapt: names, one pattern, or <c>all-linear</c>; null for the family's attention projections.</summary>
    public IReadOnlyList<string>? TargetModules { get; init; }

    /// <summary>Modules that are trained and saved whole.</summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>Scales by α/√r instead (Kalajdzievski 2023, arXiv:2312.03732).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Trains the magnitude of the weights apart from their direction (Liu et al. 2024, arXiv:2402.09353).</summary>
    public bool WeightDecomposed { get; init; }

    /// <summary>Parameters to adapt, by name with their module: weights of linear modules, and experts that are kept in one tensor.</summary>
    public IReadOnlyList<string>? TargetParameters { get; init; }
}
