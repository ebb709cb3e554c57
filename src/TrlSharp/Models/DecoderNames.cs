namespace TrlSharp.Models;

/// <summary>What transformers calls the outer parts of a decoder. The defaults are those of Llama.</summary>
internal sealed record DecoderNames
{
    public string Base { get; init; } = "model";

    public string Embedding { get; init; } = "embed_tokens";

    public string Layers { get; init; } = "layers";

    public string Head { get; init; } = "lm_head";

    /// <summary>Whether the embedding drops the gradient of the padding token.</summary>
    public bool PaddedEmbedding { get; init; } = true;

    /// <summary>Whether the head has a bias (Phi).</summary>
    public bool HeadBias { get; init; }

    /// <summary>Whether head and embedding are one tensor where the config is silent.</summary>
    public bool TiedByDefault { get; init; }
}
