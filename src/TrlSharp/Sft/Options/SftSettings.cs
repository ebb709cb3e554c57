namespace TrlSharp.Sft.Options;

/// <summary>Everything that <c>trlsharp sft</c> can be told, in the groups of the program's parts.</summary>
public sealed record SftSettings
{
    /// <summary>Which model, and how it computes.</summary>
    public SftModelSettings Model { get; init; } = new();

    /// <summary>Low-rank adapters; used when <see cref="SftModelSettings.UseAdapter"/> is set.</summary>
    public SftAdapterSettings Adapter { get; init; } = new();

    /// <summary>Which rows, and how they become tokens.</summary>
    public SftDataSettings Data { get; init; } = new();

    /// <summary>How it trains.</summary>
    public SftOptions Training { get; init; } = new();

    /// <summary>Prompts that the model answers after every evaluation and checkpoint, so that one sees what it learns.</summary>
    public IReadOnlyList<string> SamplePrompts { get; init; } = [];

    /// <summary>Tokens of such an answer at most.</summary>
    public int SampleTokens { get; init; } = 128;

    /// <summary>Prints the plan (rows, tokens, steps, memory, time, settings) instead of training.</summary>
    public bool DryRun { get; init; }

    /// <summary>Writes into an output folder that holds files already.</summary>
    public bool OverwriteOutput { get; init; }

    /// <summary>Names of the settings that somebody gave, in the order given.</summary>
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>What should be said before the first step: settings that have no effect here, and why.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
