namespace TrlSharp.Generation.Files;

/// <summary>Prompts from a file, answers into a file.</summary>
public sealed record GenerationJobOptions
{
    /// <summary>Rows with <c>prompt</c> (a text, or messages) or <c>messages</c> that end before an answer: anything that <see cref="Rows.RowSources.Open"/> opens.</summary>
    public required string Input { get; init; }

    /// <summary>The split of the input; null for its default.</summary>
    public string? Split { get; init; }

    /// <summary>The JSON Lines file that appears when all is done.</summary>
    public required string Output { get; init; }

    /// <summary>Answers to each prompt, one line each. Default 1.</summary>
    public int NumGenerations { get; init; } = 1;

    /// <summary>Whether lines hold <c>completion_ids</c> and <c>logprobs</c>. Default false.</summary>
    public bool WithLogProbabilities { get; init; }

    /// <summary>Answers that are written side by side; has no influence on them. Default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Goes on where an interrupted run with the same settings ended. Default false.</summary>
    public bool Resume { get; init; }

    /// <summary>Replaces an existing output. Default false.</summary>
    public bool Overwrite { get; init; }
}
