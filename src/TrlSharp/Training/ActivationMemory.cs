using TrlSharp.Models;

namespace TrlSharp.Training;

/// <summary>
/// An estimate of what a training pass keeps per token: inputs and outputs of every matrix, and half as much again for norms and products between them. With recomputation, one layer's share and
/// the inputs of the others.
/// </summary>
internal static class ActivationMemory
{
    private const double BetweenMatrices = 1.5;

    /// <summary>What a micro-batch may keep where nobody said how many tokens it has. A constant, and not the machine's memory: results must not depend on the machine.</summary>
    public const long Budget = 1L << 30;

    /// <summary>Bytes per token.</summary>
    public static double PerToken(ICausalLM model)
    {
        var matrices = model.Parameters.Where(p => p.Value.dim() >= 2 && p.Value.shape[0] != model.VocabularySize).ToList();
        if (matrices.Count == 0) return sizeof(float) * BetweenMatrices * model.Parameters.Max(p => p.Value.shape[^1]);
        var all = matrices.Sum(p => (p.Value.shape[^1] + p.Value.shape[^2]) * p.Value.element_size() * BetweenMatrices);
        if (model is not CausalLM { RecomputeActivations: true } lm) return all;
        var layers = lm.Decoder.Blocks.Count;
        return all / layers + layers * (double)matrices[0].Value.shape[^1] * matrices[0].Value.element_size();
    }

    /// <summary>Tokens of a micro-batch within <see cref="Budget"/>; at least one row.</summary>
    public static long Tokens(ICausalLM model) => Math.Max(1, (long)(Budget / PerToken(model)));
}
