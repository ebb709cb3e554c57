using TrlSharp.Rows;

namespace TrlSharp.Inspection;

/// <summary>What an audit's examples were made of; two audits can only be compared row by row when these agree.</summary>
public sealed record AuditHeader
{
    /// <summary>Version of this library.</summary>
    public required string Version { get; init; }

    /// <summary>SHA-256 of the template's text, lower-case hex; empty without a template.</summary>
    public required string TemplateHash { get; init; }

    /// <summary>SHA-256 of tokenizer.json.</summary>
    public required string TokenizerHash { get; init; }

    /// <summary>SHA-256 over the data files in order.</summary>
    public required string DataHash { get; init; }

    /// <summary>The policy (<see cref="Sequences.Policies.TrainPolicy.ToRowValue"/>).</summary>
    public required RowValue Policy { get; init; }

    /// <summary>The clock that templates were told, or null.</summary>
    public DateTime? Now { get; init; }
}
