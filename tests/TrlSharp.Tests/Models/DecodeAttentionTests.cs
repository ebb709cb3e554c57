using TrlSharp.Models.Attention;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

public sealed class DecodeAttentionTests
{
    private readonly Draws _draws = new();
    private const int Heads = 6;
    private const int Shared = 2;

    /// <summary>Sizes that fill vectors and that do not; pasts that are whole fours of keys and that are not.</summary>
    [Theory]
    [InlineData(64, 64, 0, null, null)]
    [InlineData(64, 64, 7, null, null)]
    [InlineData(128, 128, 40, null, 30.0)]
    [InlineData(96, 96, 33, null, null)]
    [InlineData(32, 16, 18, null, null)]
    [InlineData(20, 6, 5, null, 50.0)]
    [InlineData(48, 160, 50, 9, null)]
    public void Results_equal_those_in_float64_in_both_types(int keySize, int valueSize, int past, int? window, double? cap)
    {
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var rule = new AttentionRule(Math.Pow(keySize, -0.5), window, cap);
            var (batch, queries) = (Batch(keySize, valueSize, [past, past + 3, 2], type), _draws.Normal(3, Heads, keySize).to(type));
            var expected = stack([.. batch.Select((b, i) => Expected(queries[i], b.Keys, b.Values, rule))]); // [3, N·V]
            var actual = Attend(queries, batch, rule); // [3, N·V]
            Assert.Equal(type, actual.dtype);
            var limit = type == ScalarType.Float32 ? 2e-6 : 0.02;
            Assert.True((actual.to(ScalarType.Float64) - expected).abs().max().item<double>() < limit, $"{type}: {(actual.to(ScalarType.Float64) - expected).abs().max().item<double>()}");
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_sequence_is_the_same_to_the_last_bit_whatever_is_beside_it_and_however_many_threads_there_are(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var rule = new AttentionRule(0.125);
        var (batch, queries) = (Batch(64, 64, [700, 5, 301], type), _draws.Normal(3, Heads, 64).to(type));
        var together = Attend(queries, batch, rule);
        var threads = get_num_threads();
        foreach (var count in new[] { 1, 2, 3 })
        {
            set_num_threads(count);
            Assert.True(Attend(queries, batch, rule).eq(together).all().item<bool>());
            for (var i = 0; i < batch.Count; i++) Assert.True(Attend(queries.narrow(0, i, 1), [batch[i]], rule).eq(together.narrow(0, i, 1)).all().item<bool>());
        }

        set_num_threads(threads);
    }

    /// <summary>Keys and values of sequences of that many tokens and one: [m, K, H], [m, K, V].</summary>
    private List<(Tensor Keys, Tensor Values)> Batch(int keySize, int valueSize, int[] pasts, ScalarType type) =>
        [.. pasts.Select(past => (_draws.Normal(past + 1, Shared, keySize).to(type), _draws.Normal(past + 1, Shared, valueSize).to(type)))];

    /// <summary>The last token of each sequence after all others are in the cache.</summary>
    private static Tensor Attend(Tensor queries, List<(Tensor Keys, Tensor Values)> batch, AttentionRule rule)
    {
        var caches = batch.Select(_ => new KeyValueCache(1)).ToList();
        for (var i = 0; i < batch.Count; i++)
        {
            var past = batch[i].Keys.size(0) - 1;
            if (past > 0) caches[i].Layer(0).Append(batch[i].Keys.narrow(0, 0, past), batch[i].Values.narrow(0, 0, past), rule.Window);
        }

        var result = DecodeAttention.Attend(queries, stack([.. batch.Select(b => b.Keys[-1])]), stack([.. batch.Select(b => b.Values[-1])]), rule, caches, 0);
        foreach (var cache in caches) cache.Clear();
        return result;
    }

    private static Tensor Expected(Tensor query, Tensor keys, Tensor values, AttentionRule rule)
    {
        var seen = Math.Min(keys.size(0), rule.Window ?? long.MaxValue);
        Tensor Wide(Tensor x) => x.narrow(0, x.size(0) - seen, seen).to(ScalarType.Float64).repeat_interleave(Heads / Shared, 1).transpose(0, 1); // [N, m, H]
        var scores = Wide(keys).matmul(query.to(ScalarType.Float64).unsqueeze(-1)).squeeze(-1) * rule.Scale; // [N, m]
        if (rule.SoftCap is { } cap) scores = (scores / cap).tanh() * cap;
        return scores.softmax(-1).unsqueeze(1).matmul(Wide(values)).flatten(); // [N·V]
    }
}
