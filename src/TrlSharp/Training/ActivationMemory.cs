using TrlSharp.Models;

namespace TrlSharp.Training;

/// <summary>
/// An estimate of what a training pass keeps per token, in inputs and outputs of the model's matrices: about all of them, or 0.6 where gated activations and norms are computed again for the
/// products that read them. With recomputation, one layer's share and the inputs of the others.
/// </summary>
internal static class ActivationMemory
{
    /// <summary>Measured on the small Llama of the benchmarks: 0.58 in float32 and in bfloat16.</summary>
    private const double KeptOfGated = 0.6;

    /// <summary>What a micro-batch may keep where nobody said how many tokens it has. A constant, and not the machine's memory: results must not depend on the machine.</summary>
    public const long Budget = 1L << 30;

    /// <summary>Bytes per token.</summary>
    public static double PerToken(ICausalLM model)
    {
        // Low-rank tensors keep next to nothing beside the products that they are added to.
        var matrices = model.Parameters.Where(p => p.Value.dim() >= 2 && p.Value.shape[0] != model.VocabularySize && !p.Name.Contains(".lora_", StringComparison.Ordinal)).ToList();
        if (matrices.Count == 0) return sizeof(float) * model.Parameters.Max(p => p.Value.shape[^1]);
        var all = matrices.Sum(p => (p.Value.shape[^1] + p.Value.shape[^2]) * p.Value.element_size()) * (IsGated(model) ? KeptOfGated : 1);
        if (model is not CausalLM { RecomputeActivations: true } lm) return all;
        var layers = lm.Decoder.Blocks.Count;
        return all / layers + layers * (double)matrices[0].Value.shape[^1] * matrices[0].Value.element_size();
    }

    /// <summary>Tokens of a micro-batch within <see cref="Budget"/>; at least one row.</summary>
    public static long Tokens(ICausalLM model) => Math.Max(1, (long)(Budget / PerToken(model)));

    private static bool IsGated(ICausalLM model) =>
        model is CausalLM lm && lm.Config.Reader().Text("hidden_act", "") is ("silu" or "swish") && lm.Parameters.Any(p => p.Name.Contains("gate", StringComparison.Ordinal));
}
