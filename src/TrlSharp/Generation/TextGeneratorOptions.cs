using static TorchSharp.torch;

namespace TrlSharp.Generation;

/// <summary>How <see cref="TextGenerator.Load"/> reads a model.</summary>
public sealed record TextGeneratorOptions
{
    /// <summary>
    /// Adapter folders, all applied. Tokenizer and chat template of the last one that brings them replace those of the model, because the adapter was trained with them.
    /// Default: none.
    /// </summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];

    /// <summary>Element type of weights and activations; null for that of the folder.</summary>
    public ScalarType? Dtype { get; init; }

    /// <summary>A chat template instead of the model's: a file, a model folder, or the name of a built-in one. Null for the model's.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>What templates that ask for the time are told. Null: such templates are refused, so that equal inputs give equal outputs.</summary>
    public DateTime? Now { get; init; }
}
