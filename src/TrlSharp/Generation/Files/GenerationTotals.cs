namespace TrlSharp.Generation.Files;

/// <summary>What a job has done so far.</summary>
public sealed record GenerationTotals
{
    /// <summary>Lines of the output, those of an earlier run included.</summary>
    public long Lines { get; init; }

    /// <summary>Of those, taken over from an earlier run.</summary>
    public long Resumed { get; init; }

    /// <summary>Tokens that were written in this run.</summary>
    public long Tokens { get; init; }

    /// <summary>Answers of this run that ended because they had <c>max_new_tokens</c>.</summary>
    public long Cut { get; init; }

    /// <summary>Answers of this run that may reach beyond the positions that the model was trained with.</summary>
    public long BeyondContext { get; init; }
}
