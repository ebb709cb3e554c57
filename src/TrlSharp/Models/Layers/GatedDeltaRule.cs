using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// Gated delta rule (Yang and others, arXiv:2412.06464): a state S per head that forgets with e^g and corrects what it holds for a key by β,
/// S ← e^g·S; S ← S + k·(β·(v − Sᵀk))ᵀ; o = Sᵀq. Computed in chunks, within which it is a triangular system.
/// N heads, T tokens, C tokens of a chunk, K, V channels of keys and values.
/// </summary>
internal static class GatedDeltaRule
{
    private const int ChunkLength = 64;

    /// <summary>Runs one sequence.</summary>
    /// <param name="query">[N, T, K], normalised and scaled</param>
    /// <param name="key">[N, T, K], normalised</param>
    /// <param name="value">[N, T, V]</param>
    /// <param name="decay">g: [N, T], not positive</param>
    /// <param name="beta">[N, T]</param>
    /// <param name="state">S before the first token, [N, K, V]; null for zeros.</param>
    /// <returns>Outputs [N, T, V] and S after the last token.</returns>
    public static (Tensor Output, Tensor State) Run(Tensor query, Tensor key, Tensor value, Tensor decay, Tensor beta, Tensor? state)
    {
        using var scope = NewDisposeScope();
        var s = state ?? zeros([key.size(0), key.size(2), value.size(2)], dtype: value.dtype, device: value.device); // [N, K, V]
        var outputs = new List<Tensor>();
        for (long at = 0; at < query.size(1); at += ChunkLength)
        {
            var n = Math.Min(ChunkLength, query.size(1) - at);
            (var output, s) = Chunk(query.narrow(1, at, n), key.narrow(1, at, n), value.narrow(1, at, n), decay.narrow(1, at, n), beta.narrow(1, at, n), s);
            outputs.Add(output);
        }

        return (cat(outputs, 1).MoveToOuterDisposeScope(), s.alias().MoveToOuterDisposeScope());
    }

    private static (Tensor Output, Tensor State) Chunk(Tensor q, Tensor k, Tensor v, Tensor decay, Tensor beta, Tensor s)
    {
        var g = decay.cumsum(1); // [N, C]: forgetting since the start of the chunk
        var between = (g.unsqueeze(2) - g.unsqueeze(1)).tril().exp().tril(); // [N, C, C]: e^(g_i − g_j), j ≤ i
        var forget = g.exp().unsqueeze(2); // [N, C, 1]
        var weighted = beta.unsqueeze(2); // [N, C, 1]

        // Corrections u solve u_i = β_i·(v_i − e^g_i·Sᵀk_i − Σ_j<i e^(g_i−g_j)·(k_i·k_j)·u_j).
        var system = (k * weighted).matmul(k.transpose(1, 2)) * between; // [N, C, C], its lower triangle without the diagonal
        var right = weighted * (v - (k * forget).matmul(s)); // [N, C, V]
        var u = linalg.solve_triangular(system, right, upper: false, unitriangular: true); // [N, C, V]

        var output = (q * forget).matmul(s).Plus((q.matmul(k.transpose(1, 2)) * between).matmul(u)); // [N, C, V]
        var last = g.narrow(1, g.size(1) - 1, 1); // [N, 1]
        var kept = (last - g).exp().unsqueeze(2); // [N, C, 1]
        return (output, (s * last.exp().unsqueeze(2)).Plus((k * kept).transpose(1, 2).matmul(u))); // [N, C, V], [N, K, V]
    }
}
