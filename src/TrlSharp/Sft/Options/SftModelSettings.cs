namespace TrlSharp.Sft.Options;

/// <summary>Which model is trained, and how it computes.</summary>
public sealed record SftModelSettings
{
    /// <summary>A model folder.</summary>
    public string? Path { get; init; }

    /// <summary>bfloat16 for weights and activations while the optimizer keeps float32 masters. Default true, as in TRL.</summary>
    public bool Bf16 { get; init; } = true;

    /// <summary>Type in which the trained model is saved: <c>auto</c> (as it came), <c>float32</c>, <c>bfloat16</c>, <c>float16</c>. Default float32.</summary>
    public string SaveType { get; init; } = "float32";

    /// <summary>Recomputes activations in the backward pass instead of keeping them: less memory, about a fifth more time, the same numbers.</summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>NEFTune's α (Jain et al. 2023, arXiv:2310.05914): uniform noise of ±α/√(T·D) on the embeddings of each sequence; null for none.</summary>
    public double? NeftuneAlpha { get; init; }

    /// <summary>A template file, or a model folder whose template is taken; null for the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Overrides the tokenizer's end-of-sequence token; null leaves it.</summary>
    public string? EosToken { get; init; }

    /// <summary>Trains adapters instead of the weights.</summary>
    public bool UseAdapter { get; init; }

    /// <summary>Patterns (<c>*</c> matches any text) of parameters that do not train.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];
}
