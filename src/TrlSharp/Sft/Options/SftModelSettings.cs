namespace TrlSharp.Sft.Options;

/// <summary>Which model is trained, and how it computes.</summary>
public sealed record SftModelSettings
{
    private const string MainRevision = "main";

    /// <summary>A model folder, or the name of a model in the hub's cache.</summary>
    public string? Path { get; init; }

    /// <summary>Branch, tag or commit of a model in the hub's cache. Default <c>main</c>.</summary>
    public string Revision { get; init; } = MainRevision;

    /// <summary>The folder that <see cref="Path"/> means.</summary>
    /// <exception cref="ConfigException">There is none.</exception>
    internal string Folder
    {
        get
        {
            if (Path is null) throw new ConfigException("model_name_or_path is missing: the folder of the model to start from.");
            if (Revision == MainRevision) return HubCache.Model(Path);
            if (Directory.Exists(Path)) throw new ConfigException($"model_revision is {Revision}, but {Path} is a folder, which has no revisions; leave it out, or name a model in the hub's cache.");
            return HubCache.Model($"{Path}@{Revision}");
        }
    }

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
