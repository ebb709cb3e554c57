using TrlSharp.Adapters;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using static TorchSharp.torch;
using static TrlSharp.Tests.Adapters.AdapterModels;

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
