using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-test-").FullName;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static readonly long[] Ids = [1, 2, 3, 4, 5, 6, 7];

    private static Tensor Logits(CausalLM model) => model.Logits(model.HiddenStates(tensor(Ids), SequenceLayout.FromLengths(3, 4)));

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    /// <summary>An adapter whose B is not zero, so that it has an effect.</summary>
    private static LoraAdapter Trained(CausalLM model, LoraConfig config, ulong seed, string name = "default")
    {
        var adapter = LoraAdapter.Create(model, config, seed, name);
        using var withoutGraph = no_grad();
        var generator = new SeededRandom(seed);
        foreach (var (_, parameter) in adapter.Parameters) parameter.add_(tensor(Enumerable.Range(0, (int)parameter.numel()).Select(_ => (float)generator.NextDouble() - 0.5f).ToArray()).view(parameter.shape), alpha: 0.3);
        return adapter;
    }

    [Theory]
    [InlineData("llama", false)]
    [InlineData("gpt2", false)]
    [InlineData("llama", true)]
    [InlineData("qwen3_next", false)]
    public void A_new_adapter_changes_nothing_and_freezes_the_base(string name, bool dora)
    {
        using var model = TinyModels.Create(name);
        var before = Logits(model);
        using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["all-linear"], UseDora = dora }, seed: 1);
        Assert.True(Difference(before, Logits(model)) < 1e-6);
        Assert.Equal(adapter.Parameters, model.Parameters.Where(p => p.Value.requires_grad));
        Assert.DoesNotContain(adapter.Parameters, p => p.Name.Contains("lm_head", StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_seeds_give_equal_starts()
    {
        using var model = TinyModels.Create("llama");
        var config = new LoraConfig { TargetModules = ["q_proj"] };
        using var first = LoraAdapter.Create(model, config, 1, "a");
        using var second = LoraAdapter.Create(model, config, 1, "b");
        using var third = LoraAdapter.Create(model, config, 2, "c");
        Assert.Equal(0, Difference(first.Parameters[0].Value, second.Parameters[0].Value));
        Assert.NotEqual(0, Difference(first.Parameters[0].Value, third.Parameters[0].Value));
        Assert.True(first.Parameters[0].Value.abs().max().item<float>() <= 1 / Math.Sqrt(24));
    }

    [Fact]
    public void Applied_adapters_add_up_and_switched_off_the_model_is_the_base_bit_for_bit()
    {
        using var model = TinyModels.Create("llama");
        var before = Logits(model);
        using var first = Trained(model, new() { TargetModules = ["q_proj", "down_proj"] }, 1, "first");
        var one = Logits(model);
        using var second = Trained(model, new() { TargetModules = ["q_proj"], Rank = 3 }, 2, "second");
        var both = Logits(model);
        Assert.True(Difference(one, before) > 0.01 && Difference(both, one) > 0.01);
        using (model.WithoutAdapters()) Assert.Equal(0, Difference(before, Logits(model)));
        Assert.Equal(0, Difference(both, Logits(model)));
        second.IsApplied = false;
        Assert.Equal(0, Difference(one, Logits(model)));
    }

    [Theory]
    [InlineData]
    [InlineData("lm_head")]
    [InlineData("embed_tokens")]
    [InlineData("lm_head", "embed_tokens")]
    public void A_merged_model_is_saved_with_the_adapter_in_it_even_where_that_unties_the_head(params string[] whole)
    {
        using var model = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama.Replace("\"vocab_size\"", "\"tie_word_embeddings\": true, \"vocab_size\"", StringComparison.Ordinal)), 5);
        var before = Logits(model);
        using var adapter = Trained(model, new() { TargetModules = ["q_proj"], ModulesToSave = whole }, 1);
        var applied = Logits(model);
        adapter.Merge();
        ModelFolder.Save(model, _folder);
        using var loaded = ModelFolder.Load(_folder);
        Assert.True(Difference(applied, Logits(loaded)) < 1e-5);
        Assert.Equal(whole.Length > 0, Checkpoint.Open(_folder).Contains("lm_head.weight"));
        adapter.Unmerge();
        Assert.Equal(0, Difference(before, Logits(model)));
    }

    [Fact]
    public void Saving_the_model_with_an_adapter_that_is_not_merged_saves_the_base()
    {
        using var model = TinyModels.Create("llama");
        var before = Logits(model);
        using var adapter = Trained(model, new() { TargetModules = ["q_proj"], ModulesToSave = ["lm_head", "embed_tokens"] }, 1);
        ModelFolder.Save(model, _folder);
        using var loaded = ModelFolder.Load(_folder);
        Assert.Equal(0, Difference(before, Logits(loaded)));
    }

    [Fact]
    public void An_adapter_comes_back_from_its_folder_with_every_setting()
    {
        using var model = TinyModels.Create("llama");
        var config = new LoraConfig
        {
            Rank = 3, Alpha = 5, Dropout = 0.25, TargetModules = ["q_proj", "up_proj", "embed_tokens"], ExcludeModules = ["layers.1.mlp.up_proj"],
            RankPattern = [KeyValuePair.Create("layers\\.0\\.self_attn\\.q_proj", 2)], AlphaPattern = [KeyValuePair.Create("up_proj", 2.5)], ModulesToSave = ["lm_head"], UseRslora = true,
        };
        using var adapter = Trained(model, config, 1);
        var applied = Logits(model);
        adapter.Save(_folder);
        adapter.IsApplied = false;
        using var again = LoraAdapter.Load(model, _folder, "again");
        Assert.Equal(0, Difference(applied, Logits(model)));
        Assert.Equal(0.25, again.Config.Dropout);
        Assert.DoesNotContain(again.Parameters, p => p.Name.Contains("layers.1.mlp", StringComparison.Ordinal));
        Assert.Equal(2, again.Parameters.First(p => p.Name.Contains("layers.0.self_attn.q_proj.lora_A", StringComparison.Ordinal)).Value.size(0));
    }

    [Fact]
    public void Dropout_acts_in_training_only_and_recomputation_drops_the_same()
    {
        using var model = TinyModels.Create("llama");
        using var adapter = Trained(model, new() { TargetModules = ["all-linear"], Dropout = 0.5 }, 1);
        Assert.Equal(0, Difference(Logits(model), Logits(model)));
        model.TrainingSeed = 1;
        Assert.True(Difference(Logits(model), Logits(model)) > 0.001);
        Tensor[] Gradients(bool recompute)
        {
            model.TrainingSeed = 3;
            model.RecomputeActivations = recompute;
            foreach (var (_, parameter) in adapter.Parameters) parameter.grad = null;
            Logits(model).square().sum().backward();
            return [.. adapter.Parameters.Select(p => p.Value.grad!.clone())];
        }

        var (kept, recomputed) = (Gradients(false), Gradients(true));
        for (var i = 0; i < kept.Length; i++) Assert.Equal(0, Difference(kept[i], recomputed[i]));
    }

    [Fact]
    public void What_fits_nothing_or_is_not_implemented_is_refused_by_name()
    {
        using var model = TinyModels.Create("llama");
        Assert.Contains("q_proj", Assert.Throws<ConfigException>(() => LoraAdapter.Create(model, new() { TargetModules = ["query"] }, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("target_modules", Assert.Throws<ConfigException>(() => LoraAdapter.Create(model, new(), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigException>(() => LoraAdapter.Load(model, Path.Combine(_folder, "absent")));
        Assert.Throws<ModelFolderException>(() => LoraAdapter.Load(model, _folder));
        void Refused(string json, string word)
        {
            File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), json);
            Assert.Contains(word, Assert.Throws<ModelFolderException>(() => LoraAdapter.Load(model, _folder)).Message, StringComparison.Ordinal);
        }

        Refused("{\"peft_type\": \"IA3\", \"target_modules\": [\"q_proj\"]}", "IA3");
        Refused("{\"peft_type\": \"LORA\", \"target_modules\": [\"q_proj\"], \"use_qalora\": true}", "use_qalora");
        Refused("{\"peft_type\": \"LORA\", \"target_modules\": [\"q_proj\"], \"brand_new\": 3}", "brand_new");
        Refused("{\"peft_type\": \"LORA\", \"target_modules\": [\"q_proj\"]}", "adapter_model.safetensors");
        using (var adapter = LoraAdapter.Create(model, new() { TargetModules = ["q_proj"] }, 1)) adapter.Save(_folder);
        Refused("{\"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [\"q_proj\", \"v_proj\"]}", "missing");
        Refused("{\"peft_type\": \"LORA\", \"r\": 4, \"target_modules\": [\"q_proj\"]}", "instead of");
        Assert.Empty(model.Adapters);
    }

    private static CausalLM Tied(bool isTied) =>
        CausalLM.Create(ModelConfig.Parse(TinyModels.With("llama", $"\"tie_word_embeddings\": {(isTied ? "true" : "false")}")), 5);

    [Theory]
    [InlineData(true, "embed_tokens")]
    [InlineData(false, "embed_tokens")]
    [InlineData(false, "lm_head")]
    public void Trained_rows_are_the_base_with_these_rows_in_it(bool isTied, string module)
    {
        int[] rows = [7, 3];
        using var model = Tied(isTied);
        var before = Logits(model);
        var config = new LoraConfig { TargetModules = ["q_proj"], TrainableTokenIndices = [KeyValuePair.Create<string, IReadOnlyList<int>>(module, rows)] };
        using var adapter = LoraAdapter.Create(model, config, 1);
        Assert.True(Difference(before, Logits(model)) < 1e-6);
        var (name, trained) = adapter.Parameters.Single(p => p.Name.EndsWith(".token_adapter.trainable_tokens_delta", StringComparison.Ordinal));
        Assert.StartsWith("base_model.model.", name, StringComparison.Ordinal);
        using (no_grad()) trained.add_(randn_like(trained) * 0.3f);
        var applied = Logits(model);
        Assert.True(Difference(before, applied) > 0.01);

        // The same rows put into a second base by hand; the gradient of its weight, at these rows, is that of the trained rows.
        using var byHand = Tied(isTied);
        var weight = byHand.Parameters.Single(p => p.Name == (module == "lm_head" ? "lm_head.weight" : "model.embed_tokens.weight")).Value;
        using (no_grad()) for (var i = 0; i < rows.Length; i++) weight[rows[i]].copy_(trained[i]);
        Assert.True(Difference(applied, Logits(byHand)) < 1e-5);
        Logits(model).square().sum().backward();
        Logits(byHand).square().sum().backward();
        Assert.True(Difference(trained.grad!, weight.grad!.index_select(0, tensor(rows.Select(r => (long)r).ToArray()))) < 1e-3);

        using (model.WithoutAdapters()) Assert.Equal(0, Difference(before, Logits(model)));
        adapter.Save(_folder);
        adapter.IsApplied = false;
        using (var again = LoraAdapter.Load(model, _folder, "again")) Assert.Equal(0, Difference(applied, Logits(model)));
        adapter.IsApplied = true;
        adapter.Merge();
        Assert.True(Difference(applied, Logits(model)) < 1e-5);
        adapter.Unmerge();
        Assert.Equal(0, Difference(before, Logits(model)));
    }

    [Fact]
    public void A_list_of_token_indices_means_the_embedding_as_PEFT_writes_it()
    {
        using var model = TinyModels.Create("llama");
        using (var adapter = LoraAdapter.Create(model, new() { TargetModules = ["q_proj"], TrainableTokenIndices = [KeyValuePair.Create<string, IReadOnlyList<int>>("embed_tokens", [3])] }, 1)) adapter.Save(_folder);
        var path = Path.Combine(_folder, "adapter_config.json");
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        json["trainable_token_indices"] = new System.Text.Json.Nodes.JsonArray(3);
        File.WriteAllText(path, json.ToJsonString());
        using var loaded = LoraAdapter.Load(model, _folder);
        Assert.Equal([3], loaded.Config.TrainableTokenIndices.Single().Value);
    }

    [Fact]
    public void Modules_are_left_out_by_pattern_and_taken_by_layer()
    {
        using var model = TinyModels.Create("llama");
        int Count(LoraConfig config)
        {
            using var adapter = LoraAdapter.Create(model, config, 1);
            return adapter.Parameters.Count / 2;
        }

        Assert.Equal(14, Count(new() { TargetModules = ["all-linear"] }));
        Assert.Equal(8, Count(new() { TargetModules = ["all-linear"], ExcludePattern = @".*\.mlp\..*" }));
        Assert.Equal(7, Count(new() { TargetModules = ["all-linear"], ExcludePattern = @"model\.layers\.1\..*" }));
        Assert.Equal(7, Count(new() { TargetModules = ["all-linear"], LayersToTransform = [1] }));
        Assert.Equal(1, Count(new() { TargetModules = ["q_proj"], LayersToTransform = [1], LayersPattern = ["layers"] }));
        Assert.Equal(2, Count(new() { TargetModules = ["q_proj", "model.layers.0.self_attn.k_proj"], LayersToTransform = [1] }));
    }

    [Theory]
    [InlineData("query", "", "target_modules names query")]
    [InlineData("q_proj", "head2", "modules_to_save names head2")]
    public void Names_that_match_nothing_are_refused(string target, string saved, string part)
    {
        using var model = TinyModels.Create("llama");
        var config = new LoraConfig { TargetModules = ["v_proj", target], ModulesToSave = saved.Length == 0 ? [] : [saved] };
        Assert.Contains(part, Assert.Throws<ConfigException>(() => LoraAdapter.Create(model, config, 1)).Message, StringComparison.Ordinal);
        Assert.Empty(model.Adapters);
    }

    [Fact]
    public void A_module_around_others_is_saved_whole_and_experts_are_refused()
    {
        using var model = TinyModels.Create("llama");
        using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["q_proj"], ModulesToSave = ["layers.1.mlp"] }, 1);
        Assert.Equal(3, adapter.Parameters.Count(p => p.Name.Contains("layers.1.mlp.", StringComparison.Ordinal)));
        using var routed = TinyModels.Create("qwen3_moe");
        Assert.Contains("experts", Assert.Throws<ConfigException>(() => LoraAdapter.Create(routed, new() { TargetModules = ["q_proj"], ModulesToSave = ["mlp"] }, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_adapters_are_taken_out_in_reverse_order_only()
    {
        using var model = TinyModels.Create("llama");
        var before = Logits(model);
        using var first = Trained(model, new() { TargetModules = ["q_proj"] }, 1, "first");
        using var second = Trained(model, new() { TargetModules = ["q_proj"], UseDora = true }, 2, "second");
        first.Merge();
        second.Merge();
        Assert.Contains("second", Assert.Throws<ConfigException>(first.Unmerge).Message, StringComparison.Ordinal);
        second.Unmerge();
        first.Unmerge();
        Assert.Equal(0, Difference(before, Logits(model)));
    }
}
