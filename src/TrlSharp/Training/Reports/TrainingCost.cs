using TrlSharp.Models;

namespace TrlSharp.Training.Reports;

/// <summary>
/// Floating-point operations of the matrix products of training (Kaplan et al., arXiv:2001.08361, appendix B): 2 per weight and token forwards, 2 for the gradient of the inputs, 2 more for the gradient of
/// weights that train. The head counts for trained tokens only. Attention scores are left out, so a speed told in these units is a lower bound.
/// </summary>
/// <param name="Body">Operations per token.</param>
/// <param name="Head">Operations per trained token.</param>
internal sealed record TrainingCost(double Body, double Head)
{
    public double Of(long tokens, long trained) => Body * tokens + Head * trained;

    /// <summary>Null for mixtures of experts, where the cost depends on the routing.</summary>
    public static TrainingCost? Of(ICausalLM model)
    {
        var matrices = model.Parameters.Where(p => p.Value.dim() >= 2).ToList();
        if (matrices.Exists(p => p.Name.Contains("expert", StringComparison.Ordinal))) return null;
        var recomputed = model is CausalLM { RecomputeActivations: true } ? 2 : 0;
        double PerUse(TorchSharp.Modules.Parameter weight) => 4 + recomputed + (weight.requires_grad ? 2 : 0);
        var tables = matrices.Where(p => p.Value.shape[0] == model.VocabularySize).ToList();
        var body = matrices.Except(tables).Sum(p => p.Value.numel() * PerUse(p.Value));
        // Embedding and head, or one table that is both; looking up costs nothing, and the head is never recomputed.
        var head = tables.Count == 0 ? 0 : tables[^1].Value.numel() * (PerUse(tables[^1].Value) - recomputed);
        return new(body, head);
    }
}
