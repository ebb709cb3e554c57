using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Sequences;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>Examples that have their beginning once in a row, against the same examples one by one.</summary>
public sealed class SharedPrefixTests
{
    private readonly Draws _draws = new();
    /// <summary>Further families beside the small ones: windows and full attention in turn, norms of queries and keys, keys wider than values, no positions in some layers.</summary>
    private static readonly Dictionary<string, string> More = new()
    {
        ["gemma3"] = TinyModels.With("gemma3_text", "\"sliding_window\": 4, \"sliding_window_pattern\": 2, \"head_dim\": 6, \"query_pre_attn_scalar\": 6"),
        ["qwen3"] = TinyModels.With("qwen3", "\"head_dim\": 6"),
        ["smollm3"] = TinyModels.With("smollm3", "\"no_rope_layer_interval\": 2"),
        ["deepseek_v3"] = TinyModels.With("deepseek_v3", """
            "q_lora_rank": 8, "kv_lora_rank": 6, "qk_nope_head_dim": 4, "qk_rope_head_dim": 4, "v_head_dim": 6, "n_routed_experts": 4, "n_group": 2, "topk_group": 1, "num_experts_per_tok": 2,
            "moe_intermediate_size": 12, "first_k_dense_replace": 1, "n_shared_experts": 1
            """),
    };

    public static TheoryData<string, ScalarType> Families
    {
        get
        {
            var data = new TheoryData<string, ScalarType>();
            foreach (var name in TinyModels.Configs.Keys.Except(["qwen3_next", "lfm2"]).Concat(More.Keys))
            {
                data.Add(name, ScalarType.Float32);
                data.Add(name, ScalarType.Float64);
            }

            return data;
        }
    }

    public static TheoryData<string> Names => [.. Families.Select(f => f.Data.Item1).Distinct()];

    /// <summary>float32 goes through our kernels where the processor has them, float64 through libtorch's operators and masks.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Loss_and_gradient_are_those_of_the_examples_one_by_one(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var model = Create(name, type);
        foreach (var (sequences, groups) in Cases())
        {
            var shared = Gradients(model, [new PackedRow(sequences) { Tree = PrefixTree.Of(sequences, groups) }], out var loss);
            var alone = Gradients(model, [.. sequences.Select(s => new PackedRow([s]))], out var expected);
            var limit = type == ScalarType.Float64 ? 1e-10 : 1e-6;
            Assert.Equal(expected.Sum, loss.Sum, 1e-6 * expected.Sum);
            Assert.Equal((expected.Trained, expected.Correct, expected.Divisor), (loss.Trained, loss.Correct, loss.Divisor));
            Assert.Equal(expected.Entropy, loss.Entropy, 1e-6 * expected.Entropy);
            Assert.True(loss.Tokens < expected.Tokens);
            foreach (var (parameter, gradient) in alone)
            {
                var (difference, size) = ((gradient - shared[parameter]).abs().max().ToDouble(), gradient.abs().max().ToDouble());
                Assert.True(difference <= limit * (1 + size), $"{parameter}: {difference} of {size}");
            }
        }
    }

    /// <summary>Every model folder of the reference cases: exact, or refused for one of the reasons that there are.</summary>
    [Fact]
    public void All_families_read_trees_or_refuse_them()
    {
        var (read, refused) = (0, new List<string>());
        foreach (var folder in Directory.GetDirectories(SharedData.Path("conformance", "models")).Order(StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            using var model = ModelFolder.Load(folder, new() { Dtype = ScalarType.Float64 });
            try
            {
                model.CheckSharedPrefixes();
            }
            catch (ConfigException)
            {
                refused.Add(Path.GetFileName(folder));
                continue;
            }

            var (sequences, groups) = Cases().Last();
            var shared = Gradients(model, [new PackedRow(sequences) { Tree = PrefixTree.Of(sequences, groups) }], out _);
            foreach (var (name, gradient) in Gradients(model, [.. sequences.Select(s => new PackedRow([s]))], out _))
                Assert.True((gradient - shared[name]).abs().max().ToDouble() <= 1e-9 * (1 + gradient.abs().max().ToDouble()), $"{folder}: {name}");
            read++;
        }

        Assert.Equal(["lfm2", "llama-dynamic-ntk", "phi3-longrope", "phi3-longrope-short", "qwen3_next"], refused);
        Assert.True(read > 50);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_one_example_says_behind_the_beginning_changes_no_other_by_a_single_bit(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(name, ScalarType.Float32);
        // A trunk, two continuations of which the first has two of its own, and a sequence beside them. The first one is so short that windows reach over it.
        var layout = SequenceLayout.FromLengths(20, 2, 4, 6, 11, 8) with { Parents = [-1, 0, 1, 1, 0, -1] };
        var tokens = _draws.Tokens(layout.Length);
        for (var s = 0; s < layout.Count; s++)
        {
            var (start, length) = (layout.Starts[s], layout.LengthOf(s));
            var changed = tokens.clone();
            changed.narrow(0, start, length).copy_((tokens.narrow(0, start, length) + 17) % 50);
            var (before, after) = (model.HiddenStates(tokens, layout), model.HiddenStates(changed, layout));
            for (var other = 0; other < layout.Count; other++)
            {
                double Difference() => (before - after).narrow(0, layout.Starts[other], layout.LengthOf(other)).abs().max().ToDouble();
                if (layout.PathOf(other).Contains(s)) Assert.True(Difference() > 1e-4, $"{other} does not see {s}");
                else Assert.True(Difference() == 0, $"{other} sees {s}");
            }
        }
    }

    [Theory]
    [InlineData("token")]
    [InlineData("count")]
    [InlineData("example")]
    [InlineData("turn")]
    [InlineData("fixed:10")]
    public void Every_normalization_counts_as_it_does_one_by_one(string normalization)
    {
        using var scope = NewDisposeScope();
        var collator = new Collator(50, LossNormalization.Parse(normalization));
        foreach (var (sequences, groups) in Cases())
        {
            var shared = collator.Collate(new PackedRow([Sequence(9, 0, [1, 2])]), new PackedRow(sequences) { Tree = PrefixTree.Of(sequences, groups) });
            var alone = collator.Collate([new PackedRow([Sequence(9, 0, [1, 2])]), .. sequences.Select(s => new PackedRow([s]))]);
            Assert.Equal(alone.Divisor, shared.Divisor);
            Assert.Equal(alone.Weights.data<float>().ToArray(), shared.Weights.data<float>().ToArray());
            Assert.Equal(alone.Targets.data<long>().ToArray(), shared.Targets.data<long>().ToArray());
            Assert.Equal(alone.Tokens.index_select(0, alone.Trained).data<long>().ToArray(), shared.Tokens.index_select(0, shared.Trained).data<long>().ToArray());
        }
    }

    [Fact]
    public void Branches_go_on_where_their_trunk_ends()
    {
        using var scope = NewDisposeScope();
        TokenSequence[] sequences = [Sequence(1, 0, [1, 2, 3, 4]), Sequence(1, 1, [1, 2, 5])];
        var batch = new Collator(50, LossNormalization.Token).Collate(new PackedRow([Sequence(9, 0, [7, 8])]), new PackedRow(sequences) { Tree = PrefixTree.Of(sequences, [2]) });
        Assert.Equal([7, 8, 1, 2, 3, 4, 5], batch.Tokens.data<long>().ToArray());
        Assert.Equal([0, 2, 4, 6, 7], batch.Layout.Starts);
        Assert.Equal([-1, -1, 1, 1], batch.Layout.Parents);
        Assert.Equal([0, 2, 3, 4, 2, 3], batch.Trained.data<long>().ToArray());
        Assert.Equal([8, 2, 3, 4, 2, 5], batch.Targets.data<long>().ToArray());
        Assert.Equal([0, 1, 0, 1, 2, 3, 2], new ForwardContext(batch.Layout, ScalarType.Float32, CPU).Positions.data<long>().ToArray());
    }

    [Theory]
    [InlineData("qwen3_next", "recurrent layers")]
    [InlineData("lfm2", "a convolution over time")]
    public void Layers_that_read_in_one_piece_refuse(string name, string what)
    {
        using var model = TinyModels.Create(name);
        var refusal = Assert.Throws<ConfigException>(model.CheckSharedPrefixes);
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("packing_share_prefixes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_and_noise_that_depend_on_the_length_refuse()
    {
        using var dynamic = CausalLM.Create(ModelConfig.Parse(TinyModels.With("llama", "\"max_position_embeddings\": 16, \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2.0}")), seed: 5);
        Assert.Contains("depend on the length", Assert.Throws<ConfigException>(dynamic.CheckSharedPrefixes).Message, StringComparison.Ordinal);
        using var noisy = TinyModels.Create("llama");
        noisy.CheckSharedPrefixes();
        noisy.EmbeddingNoise = 5;
        Assert.Contains("neftune_noise_alpha", Assert.Throws<ConfigException>(noisy.CheckSharedPrefixes).Message, StringComparison.Ordinal);
        Assert.Contains("TinyModel", Assert.Throws<ConfigException>(((ICausalLM)new Training.TinyModel()).CheckSharedPrefixes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { -1, 1, 0 }, "does not come before it")]
    [InlineData(new[] { -1, 0 }, "3 sequences have 2 parents")]
    public void Layouts_that_make_no_sense_are_refused(int[] parents, string part)
    {
        var refusal = Assert.Throws<ArgumentException>(() => SequenceLayout.FromLengths(1, 2, 3) with { Parents = parents });
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Short and long trunks, trees in trees, an example that is the beginning of another, a repeated one, examples beside the trees; up to 40 positions.</summary>
    private static IEnumerable<(TokenSequence[] Sequences, int[] Groups)> Cases()
    {
        var random = new SeededRandom(11);
        int[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(50))];
        int[] trunk = Some(9), first = [.. trunk, .. Some(7)], second = [.. first, .. Some(5)];
        yield return ([Sequence(1, 0, [.. trunk, .. Some(3)]), Sequence(1, 1, [.. trunk, .. Some(6)])], [2]);
        yield return
        (
            [
                Sequence(1, 0, [.. first, .. Some(3)]), Sequence(1, 1, [.. second, .. Some(4)]), Sequence(1, 2, [.. second, .. Some(1)]), Sequence(1, 3, trunk), Sequence(1, 4, [.. trunk, .. Some(12)]),
                Sequence(2, 0, Some(13)), Sequence(3, 0, [.. Some(1), 3]), Sequence(3, 1, [.. second]), Sequence(3, 2, [.. second]),
            ],
            [5, 1, 3]
        );
        int[] left = Some(20), right = [.. left, .. Some(10)];
        yield return ([Sequence(4, 0, [.. right, .. Some(4)]), Sequence(4, 1, [.. right, .. Some(9)]), Sequence(4, 2, [.. left, .. Some(2)])], [3]);
    }

    private static TokenSequence Sequence(int line, int part, int[] tokens)
    {
        var random = new SeededRandom((ulong)(line * 100 + part));
        return new()
        {
            Tokens = tokens,
            Weights = [.. tokens.Select((_, t) => t == 0 ? 0f : tokens.Length < 5 ? 1f : random.Next(4) * 0.5f)],
            Origin = new("rows.jsonl", line),
            Part = part,
        };
    }

    private static CausalLM Create(string name, ScalarType type) => More.TryGetValue(name, out var config) ? CausalLM.Create(ModelConfig.Parse(config), seed: 5, type) : TinyModels.Create(name, type);

    private static Dictionary<string, Tensor> Gradients(CausalLM model, PackedRow[] rows, out BatchLoss loss)
    {
        foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
        var batches = rows.Select(r => new Collator(model.VocabularySize, LossNormalization.Token).Collate(r)).ToList();
        var divisor = batches.Sum(b => b.Divisor);
        loss = batches.Select(b => TokenLoss.Backward(model, b, new(), divisor)).Aggregate((a, b) => a + b);
        return model.Parameters.ToDictionary(p => p.Name, p => p.Value.grad?.clone() ?? zeros_like(p.Value));
    }
}
