using TrlSharp.Packing;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>
/// The fields of TRL's <c>SFTConfig</c> (1.16) that decide about data, under their names and with their defaults, for people who bring a configuration
/// along. <see cref="TrlSequences"/> does what they say, without the defects that docs/differences-from-trl.md lists.
/// </summary>
public sealed record TrlDataSettings
{
    /// <summary>Longest example or row in tokens; null: no limit. Default 1024.</summary>
    public int? MaxLength { get; init; } = 1024;

    /// <summary>Longer examples keep their end instead of their start. Default false.</summary>
    public bool KeepEnd { get; init; }

    /// <summary>Train only assistant turns. Default false: everything.</summary>
    public bool AssistantOnlyLoss { get; init; }

    /// <summary>Train only completions; null, the default: for rows that have one.</summary>
    public bool? CompletionOnlyLoss { get; init; }

    /// <summary>Default false.</summary>
    public bool Packing { get; init; }

    /// <summary>Default <c>bfd</c>.</summary>
    public PackingStrategy PackingStrategy { get; init; } = PackingStrategy.Bfd;

    /// <summary>Examples end to end without padding, which is how every batch is laid out here. Default false.</summary>
    public bool PaddingFree { get; init; }

    /// <summary>Replaces the tokenizer's EOS. Default null.</summary>
    public string? EosToken { get; init; }

    /// <summary>Replaces the tokenizer's padding token. Default null.</summary>
    public string? PadToken { get; init; }

    /// <summary>The column of plain text. Default <c>text</c>.</summary>
    public string DatasetTextField { get; init; } = "text";

    /// <summary>A template file instead of the tokenizer's. Default null.</summary>
    public string? ChatTemplatePath { get; init; }

    /// <summary>Rows are ready: <c>input_ids</c> and <c>labels</c>, taken as they are. Default false.</summary>
    public bool SkipPrepareDataset { get; init; }

    /// <summary>Default false.</summary>
    public bool ShuffleDataset { get; init; }

    /// <summary>Default 42.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Reads the map of a configuration file or command line.</summary>
    /// <exception cref="ConfigException">A value is unknown or the values contradict each other; the message lists every fault.</exception>
    public static TrlDataSettings Read(RowValue config) => TrlSettingsReader.Read(config);

    internal IEnumerable<string> Problems()
    {
        if (MaxLength is < 1) yield return $"max_length is {MaxLength}; it must be at least 1, or null.";
        if (Packing && MaxLength is null) yield return "packing needs max_length: the tokens of a row. Set it.";
        if (PaddingFree && !Packing && MaxLength is not null)
            yield return "padding_free with max_length: TRL would not keep the limit there and refuses. Set max_length to null, or turn padding_free off (batches are never padded here).";
    }
}
