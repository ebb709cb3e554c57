using TrlSharp.Adapters;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using static TorchSharp.torch;
using static TrlSharp.Tests.Adapters.AdapterModels;

namespace TrlSharp.Tests.Adapters;

/// <summary>Which modules an adapter takes: by name, pattern and layer, whole ones, and rows of the vocabulary.</summary>
public sealed class LoraModuleTests : IDisposable
{
    private readonly Draws _draws = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-test-").FullName;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
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
        using (no_grad()) trained.add_(_draws.NormalLike(trained) * 0.3f);
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
}
