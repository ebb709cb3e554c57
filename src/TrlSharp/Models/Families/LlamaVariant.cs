using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Where the descendants of Llama differ from it. T tokens, D hidden size.</summary>
/// <param name="Heads">Sizes of attention.</param>
/// <param name="Epsilon">ε of the norms.</param>
/// <param name="Rotary">The rotary table of a 0-based layer; null where a layer has no positions.</param>
internal sealed record LlamaVariant(Heads Heads, double Epsilon, Func<int, RotaryEmbedding?> Rotary)
{
    public RmsNormKind NormKind { get; init; } = RmsNormKind.ScaleInInputType;

    public bool QueryKeyValueBias { get; init; }

    public bool OutputBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>The window of a layer.</summary>
    public Func<int, int?> Window { get; init; } = _ => null;

    /// <summary>Factor on q·k; null for H^-0.5.</summary>
    public double? Scale { get; init; }

    /// <summary>c of the soft cap on scores; null for none.</summary>
    public double? SoftCap { get; init; }

    /// <summary>One learned score per head that joins the softmax; null for none.</summary>
    public Func<ParameterScope, NamedParameter>? Sinks { get; init; }

    /// <summary>The projections at a place; null for q, k, v apart.</summary>
    public Func<ParameterScope, Func<Tensor, QueryKeyValue>>? Projection { get; init; }

    /// <summary>Norms over the heads of queries and keys after the rotation; null for none.</summary>
    public Func<ParameterScope, (RmsNorm Query, RmsNorm Key)>? NormsAfterRotation { get; init; }

    /// <summary>The feed-forward part of a layer; null for a gated MLP.</summary>
    public Func<int, ParameterScope, Func<Tensor, ForwardContext, Tensor>>? Mlp { get; init; }

    /// <summary>From attention and feed-forward part to a layer; null for norms before both.</summary>
    public Func<ParameterScope, Func<Tensor, ForwardContext, Tensor>, Func<Tensor, ForwardContext, Tensor>, IBlock>? Block { get; init; }

    /// <summary>The norm after the last layer; null for an RMS norm named <c>norm</c>.</summary>
    public Func<ParameterScope, Func<Tensor, Tensor>>? FinalNorm { get; init; }

    /// <summary>What the output projection of attention is called.</summary>
    public string OutputName { get; init; } = "o_proj";

    public DecoderNames Names { get; init; } = new();
}
