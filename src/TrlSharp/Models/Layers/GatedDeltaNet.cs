using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// Linear attention of Qwen3-Next: short convolution, gated delta rule, gated norm. T tokens, G key heads, N value heads (a multiple of G), K, V channels.
/// </summary>
internal sealed class GatedDeltaNet
{
    private const string Memory = "delta";
    private readonly int _layer;
    private readonly (int Keys, int Values, int KeySize, int ValueSize) _sizes;
    private readonly Linear _into;
    private readonly Linear _gates;
    private readonly Linear _outOf;
    private readonly CausalConvolution _convolution;
    private readonly NamedParameter _logDecay;
    private readonly NamedParameter _decayBias;
    private readonly NamedParameter _norm;
    private readonly double _epsilon;

    public GatedDeltaNet(ConfigReader config, ParameterScope at, int layer, double epsilon)
    {
        var hidden = config.Size("hidden_size");
        (_layer, _epsilon) = (layer, epsilon);
        _sizes = (config.Size("linear_num_key_heads", 16), config.Size("linear_num_value_heads", 32), config.Size("linear_key_head_dim", 128), config.Size("linear_value_head_dim", 128));
        var (keys, values) = (_sizes.Keys * _sizes.KeySize, _sizes.Values * _sizes.ValueSize);
        if (_sizes.Values % _sizes.Keys != 0) throw config.Wrong("linear_num_value_heads", $"a multiple of linear_num_key_heads = {_sizes.Keys}");
        var weight = at["conv1d"].Parameter("weight", InitialValue.Normal, 2 * keys + values, 1, config.Size("linear_conv_kernel_dim", 4));
        _convolution = new(layer, weight, bias: null);
        _into = at.Linear("in_proj_qkvz", hidden, 2 * keys + 2 * values);
        _gates = at.Linear("in_proj_ba", hidden, 2 * _sizes.Values);
        _decayBias = at.Parameter("dt_bias", InitialValue.One, _sizes.Values);
        _logDecay = at.Parameter("A_log", InitialValue.Zero, _sizes.Values);
        _norm = at["norm"].Parameter("weight", InitialValue.One, _sizes.ValueSize);
        _outOf = at.Linear("out_proj", values, hidden);
    }

    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        context.RefuseParents("recurrent layers (gated delta net)");
        using var scope = NewDisposeScope();
        var (query, key, value, z) = Project(x, context);
        var share = _sizes.Values / _sizes.Keys;
        var gates = _gates.Forward(x).unflatten(1, [_sizes.Keys, 2 * share]); // [T, G, 2N/G]
        var beta = gates.narrow(2, 0, share).flatten(1).sigmoid().Widen(); // [T, N]
        var a = gates.narrow(2, share, share).flatten(1).Widen(); // [T, N]
        var decay = -(_logDecay.Value.Widen().exp() * a.Plus(_decayBias.Value.Widen()).Softplus()); // [T, N]
        var mixed = Recur(query, key, value, decay, beta, context); // [T, N, V]
        var normed = mixed * rsqrt(mixed.Squared().mean([-1], keepdim: true).Plus(_epsilon)); // [T, N, V]
        var gated = (_norm.Value * normed.to(x.dtype)).Widen() * nn.functional.silu(z.Widen()); // [T, N, V]
        return _outOf.Forward(gated.to(x.dtype).flatten(1)).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>Queries and keys [T, N, K], values and output gates [T, N, V]. In the weight they are grouped by key head.</summary>
    private (Tensor Query, Tensor Key, Tensor Value, Tensor Gate) Project(Tensor x, ForwardContext context)
    {
        var (heads, values, keySize, valueSize) = _sizes;
        var share = values / heads * valueSize;
        var grouped = _into.Forward(x).unflatten(1, [heads, 2 * keySize + 2 * share]); // [T, G, 2K + 2·N/G·V]
        Tensor Part(long at, long size) => grouped.narrow(2, at, size).flatten(1);
        var z = Part(2 * keySize + share, share).unflatten(1, [values, valueSize]); // [T, N, V]
        var together = cat([Part(0, keySize), Part(keySize, keySize), Part(2 * keySize, share)], 1); // [T, 2·G·K + N·V]
        together = nn.functional.silu(_convolution.Forward(together, context)); // [T, 2·G·K + N·V]
        Tensor Keys(long at) => Normalise(together.narrow(1, at, heads * keySize).unflatten(1, [heads, keySize]).Widen())
            .repeat_interleave(values / heads, 1); // [T, N, K]
        var value = together.narrow(1, 2L * heads * keySize, (long)values * valueSize).unflatten(1, [values, valueSize]).Widen(); // [T, N, V]
        return (Keys(0) / Scalars.Of(Math.Sqrt(keySize)), Keys(heads * keySize), value, z);
    }

    private Tensor Recur(Tensor query, Tensor key, Tensor value, Tensor decay, Tensor beta, ForwardContext context)
    {
        var (starts, outputs) = (context.Layout.Starts, new List<Tensor>());
        for (var s = 0; s < context.Layout.Count; s++)
        {
            var (start, length) = (starts[s], starts[s + 1] - starts[s]);
            Tensor Of(Tensor t) => t.narrow(0, start, length).transpose(0, 1); // [N, n, ...]
            var cache = context.Caches?[s].Layer(_layer);
            var (output, state) = GatedDeltaRule.Run(Of(query), Of(key), Of(value), Of(decay), Of(beta), cache?.State(Memory)); // [N, n, V], [N, K, V]
            cache?.SetState(Memory, state.clone());
            outputs.Add(output.transpose(0, 1)); // [n, N, V]
        }

        return cat(outputs, 0); // [T, N, V]
    }

    private static Tensor Normalise(Tensor x) => x * rsqrt(x.Squared().sum(-1, keepdim: true).Plus(1e-6)); // as x
}
