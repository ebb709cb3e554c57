using TrlSharp.Adapters;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using static TorchSharp.torch;
using static TrlSharp.Tests.Adapters.AdapterModels;

namespace TrlSharp.Tests.Adapters;

/// <summary>
/// DoRA on embeddings, biases of B, and whole parameters, each against a second base into which the formula was put by hand: equal logits, and the adapter's gradients follow by the chain rule
/// from those of the second base's weights.
/// </summary>
public sealed class LoraVariantTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-test-").FullName;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Dora_of_an_embedding_brings_its_columns_to_trained_lengths()
    {
        const double Scaling = 0.5;
        using var model = TinyModels.Create("llama");
        using var adapter = Trained(model, new() { TargetModules = ["embed_tokens"], Rank = 4, Alpha = 2, UseDora = true }, 1);
        var (a, b, m) = (Of(adapter, "embed_tokens.lora_embedding_A"), Of(adapter, "embed_tokens.lora_embedding_B"), Of(adapter, "embed_tokens.lora_magnitude_vector"));
        var weight = Weight(model, "model.embed_tokens.weight");
        Assert.Equal([weight.size(1)], m.shape);
        var sum = weight.detach() + Scaling * (b.detach().matmul(a.detach()).t()); // [V, D]
        var lengths = sum.square().sum([0]).sqrt(); // [D]
        using var byHand = TinyModels.Create("llama");
        var pull = Compare(model, byHand, [("model.embed_tokens.weight", sum * (m.detach() / lengths))])[0]; // [V, D]
        Close((pull * sum).sum([0]) / lengths, m.grad!);
        var inner = pull * (m.detach() / lengths) * Scaling; // [V, D]: the lengths are constants
        Close(b.detach().t().matmul(inner.t()), a.grad!);
        Close(inner.t().matmul(a.detach().t()), b.grad!);
        ComesBackAndMerges(model, adapter);
    }

    [Fact]
    public void A_new_dora_adapter_of_an_embedding_changes_nothing()
    {
        using var model = TinyModels.Create("llama");
        var before = Logits(model);
        using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["embed_tokens", "q_proj"], UseDora = true }, 1);
        Assert.True(Difference(before, Logits(model)) < 1e-6);
    }

    [Fact]
    public void A_bias_of_B_is_scaled_and_merged_into_the_bias_of_the_base()
    {
        const double Scaling = 0.5;
        using var model = Biased();
        using var adapter = Trained(model, new() { TargetModules = ["q_proj"], Rank = 4, Alpha = 2, UseLoraBias = true }, 1);
        using var byHand = Biased();
        var layer = "model.layers.0.self_attn.q_proj";
        var changed = Enumerable.Range(0, 2).SelectMany(l =>
        {
            var path = $"model.layers.{l}.self_attn.q_proj";
            var delta = Of(adapter, $"{path}.lora_B.weight").detach().matmul(Of(adapter, $"{path}.lora_A.weight").detach());
            return new[]
            {
                ($"{path}.weight", Weight(model, $"{path}.weight").detach() + Scaling * delta),
                ($"{path}.bias", Weight(model, $"{path}.bias").detach() + Scaling * Of(adapter, $"{path}.lora_B.bias").detach()),
            };
        }).ToList();
        var pulls = Compare(model, byHand, changed);
        var (a, b) = (Of(adapter, $"{layer}.lora_A.weight"), Of(adapter, $"{layer}.lora_B.weight"));
        Close(Scaling * pulls[1], Of(adapter, $"{layer}.lora_B.bias").grad!);
        Close(Scaling * b.detach().t().matmul(pulls[0]), a.grad!);
        Close(Scaling * pulls[0].matmul(a.detach().t()), b.grad!);
        ComesBackAndMerges(model, adapter);
    }

    [Fact]
    public void A_bias_without_one_in_the_base_cannot_be_merged_and_nothing_is()
    {
        using var model = TinyModels.Create("llama");
        using var adapter = Trained(model, new() { TargetModules = ["q_proj"], UseLoraBias = true }, 1);
        var applied = Logits(model);
        Assert.Contains("lora_bias", Assert.Throws<ConfigException>(adapter.Merge).Message, StringComparison.Ordinal);
        Assert.Equal(0, Difference(applied, Logits(model)));
    }

    /// <summary>gpt-oss keeps an expert's matrix as inputs by outputs, Granite as outputs by inputs.</summary>
    [Theory]
    [InlineData("gpt_oss", "experts.gate_up_proj", "experts.down_proj", true)]
    [InlineData("granitemoe", "input_linear.weight", "output_linear.weight", false)]
    public void Experts_in_one_tensor_get_a_low_rank_addition_each(string name, string first, string second, bool isInputsFirst)
    {
        using var model = Routed(name);
        using var adapter = Trained(model, new() { TargetParameters = [first, second], Rank = 3, Alpha = 6 }, 1);
        using var byHand = Routed(name);
        var names = model.Parameters.Select(p => p.Name).Where(n => n.EndsWith(first, StringComparison.Ordinal) || n.EndsWith(second, StringComparison.Ordinal)).ToList();
        Assert.Equal(4, names.Count);
        // Both parameters of gpt-oss are one module's: the first lies inside of the second's wrapper.
        string Stored(string parameter) => parameter[..parameter.LastIndexOf('.')] + (parameter.EndsWith(".gate_up_proj", StringComparison.Ordinal) ? ".base_layer" : "");
        (Tensor A, Tensor B) Parts(string parameter) => (Of(adapter, $"{Stored(parameter)}.lora_A.weight"), Of(adapter, $"{Stored(parameter)}.lora_B.weight"));
        var changed = names.ConvertAll(n =>
        {
            var weight = Weight(model, n).detach();
            var (a, b) = Parts(n);
            var sum = weight.clone();
            for (var e = 0; e < weight.size(0); e++)
            {
                var delta = 2 * b.detach().view(b.size(0), 3, -1).select(2, e).matmul(a.detach().narrow(0, e * 3, 3)); // [O, I]
                sum[e].add_(isInputsFirst ? delta.t() : delta);
            }

            return (n, sum);
        });
        var pulls = Compare(model, byHand, changed);
        foreach (var (n, pull) in names.Zip(pulls))
        {
            var (a, b) = Parts(n);
            for (var e = 0; e < pull.size(0); e++)
            {
                var own = 2 * (isInputsFirst ? pull[e].t() : pull[e]); // [O, I]
                var (ae, be) = (a.detach().narrow(0, e * 3, 3), b.detach().view(b.size(0), 3, -1).select(2, e));
                Close(be.t().matmul(own), a.grad!.narrow(0, e * 3, 3));
                Close(own.matmul(ae.t()), b.grad!.view(b.size(0), 3, -1).select(2, e));
            }
        }

        ComesBackAndMerges(model, adapter);
    }

    [Fact]
    public void The_weight_of_a_linear_module_is_the_module()
    {
        using var model = TinyModels.Create("llama");
        Tensor applied;
        using (Trained(model, new() { TargetModules = ["q_proj"] }, 1)) applied = Logits(model);
        using var adapter = Trained(model, new() { TargetParameters = ["self_attn.q_proj.weight"] }, 1);
        Assert.Equal(0, Difference(applied, Logits(model)));
        ComesBackAndMerges(model, adapter);
    }

    [Fact]
    public void What_PEFT_does_not_define_is_refused()
    {
        using var model = TinyModels.Create("llama");
        void Refused(LoraConfig config, string word) =>
            Assert.Contains(word, Assert.Throws<ConfigException>(() => LoraAdapter.Create(model, config, 1)).Message, StringComparison.Ordinal);
        Refused(new() { TargetModules = ["q_proj"], UseDora = true, UseLoraBias = true }, "use_dora");
        Refused(new() { TargetModules = ["embed_tokens"], UseLoraBias = true }, "embed_tokens");
        Refused(new() { TargetParameters = ["experts.gate_up_proj"] }, "experts.gate_up_proj");
        Refused(new() { TargetParameters = ["q_proj.weight"], TargetModules = ["q_proj"] }, "already");
        Refused(new() { TargetParameters = ["q_proj.weight"], Dropout = 0.1 }, "lora_dropout");
        Assert.Empty(model.Adapters);
    }

    private static CausalLM Biased() => CausalLM.Create(ModelConfig.Parse(TinyModels.With("qwen2", "\"use_sliding_window\": false")), 5);

    private static CausalLM Routed(string name) => name == "gpt_oss"
        ? TinyModels.Create(name)
        : CausalLM.Create(ModelConfig.Parse(TinyModels.With(name, "\"num_local_experts\": 4, \"num_experts_per_tok\": 2")), 5);

    private static Tensor Of(LoraAdapter adapter, string end) => adapter.Parameters.First(p => p.Name.EndsWith(end, StringComparison.Ordinal)).Value;

    private static Tensor Weight(CausalLM model, string name) => model.Parameters.Single(p => p.Name == name).Value;

    /// <summary>Puts the weights into the second model, compares logits, and gives the gradients of these weights.</summary>
    private static List<Tensor> Compare(CausalLM model, CausalLM byHand, IReadOnlyList<(string Name, Tensor Value)> changed)
    {
        using (no_grad()) foreach (var (name, value) in changed) Weight(byHand, name).copy_(value);
        var (own, expected) = (Logits(model), Logits(byHand));
        Assert.True(Difference(own, expected) < 1e-5);
        own.square().sum().backward();
        expected.square().sum().backward();
        return [.. changed.Select(c => Weight(byHand, c.Name).grad!)];
    }

    private static void Close(Tensor expected, Tensor actual) => Assert.InRange(Difference(expected, actual) / (1e-3 + expected.abs().max().item<float>()), 0, 1e-3);

    private void ComesBackAndMerges(CausalLM model, LoraAdapter adapter)
    {
        Tensor before, applied = Logits(model);
        using (model.WithoutAdapters()) before = Logits(model);
        Assert.True(Difference(before, applied) > 0.001);
        adapter.Save(_folder);
        adapter.IsApplied = false;
        using (var again = LoraAdapter.Load(model, _folder, "again"))
        {
            Assert.Equal(0, Difference(applied, Logits(model)));
            Assert.Equal(adapter.Config.UseLoraBias, again.Config.UseLoraBias);
            Assert.Equal(adapter.Config.TargetParameters, again.Config.TargetParameters);
        }

        adapter.IsApplied = true;
        adapter.Merge();
        Assert.True(Difference(applied, Logits(model)) < 1e-5);
        adapter.Unmerge();
        Assert.Equal(0, Difference(before, Logits(model)));
    }
}
