using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>How <see cref="ModelFolder.Save"/> writes a folder.</summary>
public sealed record ModelSaveOptions
{
    /// <summary>Bytes of tensors per file; a larger model is cut into shards with an index. Default 5·10⁹, as in transformers 4 (a single tensor is never cut).</summary>
    public long ShardSize { get; init; } = 5_000_000_000;

    /// <summary>Element type of the file; null for that of the model.</summary>
    public ScalarType? Dtype { get; init; }

    /// <summary>More exact values of some parameters, by name: the float32 masters of an optimizer.</summary>
    internal IReadOnlyDictionary<string, Tensor> Masters { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>
    /// The folder whose tokenizer, chat template and generation settings travel along; null for the folder that the model was read from.
    /// </summary>
    public string? CompanionFolder { get; init; }

    /// <summary>An adapter folder whose tokenizer and chat template, where it has them, go before those of <see cref="CompanionFolder"/>. Default: none.</summary>
    public string? AdapterFolder { get; init; }
}
