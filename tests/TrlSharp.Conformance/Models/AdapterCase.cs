using TrlSharp.Adapters;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>One adapter folder with golden files. T tokens, V vocabulary.</summary>
internal sealed class AdapterCase(string folder)
{
    private readonly Golden _golden = new(folder);

    /// <summary>Throws at the first difference.</summary>
    public void Check()
    {
        using var model = ModelFolder.Load(Path.Combine(folder, "..", _golden.Json["base"]!.GetValue<string>()), new() { Dtype = ScalarType.Float32 });
        var batch = TokenBatch.Read(_golden);
        var before = Logits(model, batch);
        using var adapter = LoraAdapter.Load(model, folder);
        var applied = Logits(model, batch);
        Golden.Compare("logits", applied, batch.Unpad(_golden["logits"]), _golden.Tolerance("logits_abs"));
        using (model.WithoutAdapters()) Golden.Compare("logits without the adapter", Logits(model, batch), before, 0);
        CheckStorage(model, adapter, batch, applied);
        CheckMerge(model, adapter, batch, before);
        CheckGradients(model, adapter, batch);
        CheckStep(model, adapter, batch);
    }

    private static Tensor Logits(CausalLM model, TokenBatch batch)
    {
        using var withoutGraph = no_grad();
        return model.Logits(model.HiddenStates(batch.Tokens, batch.Layout)); // [T, V]
    }

    private void CheckStorage(CausalLM model, LoraAdapter adapter, TokenBatch batch, Tensor applied)
    {
        var target = Directory.CreateTempSubdirectory("trlsharp-conformance-").FullName;
        try
        {
            adapter.Save(target);
            var (before, after) = (SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")), SafetensorsFile.Open(Path.Combine(target, "adapter_model.safetensors")));
            if (!before.Entries.Select(e => e.Name).ToHashSet().SetEquals(after.Entries.Select(e => e.Name)))
                throw new DifferenceException("the saved adapter has other tensors: " + string.Join(", ", before.Entries.Select(e => e.Name).Except(after.Entries.Select(e => e.Name))));
            foreach (var entry in before.Entries) Golden.Compare($"{entry.Name} of the saved adapter", after.Read(entry.Name), before.Read(entry.Name), 0);
            adapter.IsApplied = false;
            using (var again = LoraAdapter.Load(model, target, "again")) Golden.Compare("logits with the saved adapter", Logits(model, batch), applied, 0);
            adapter.IsApplied = true;
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private void CheckMerge(CausalLM model, LoraAdapter adapter, TokenBatch batch, Tensor before)
    {
        adapter.Merge();
        Golden.Compare("merged.logits", Logits(model, batch), batch.Unpad(_golden["merged.logits"]), _golden.Tolerance("merged_logits_abs"));
        var weights = model.Store.Modules.SelectMany(m => m.Module.Parameters.Select(p => ($"{m.Path}.{p.Name}", p.Parameter.Value)));
        foreach (var (name, weight) in weights.Where(w => _golden.Has($"merged_head.{w.Item1}")))
        {
            var expected = _golden[$"merged_head.{name}"];
            Golden.Compare($"merged {name}", weight.flatten().narrow(0, 0, expected.size(0)), expected, _golden.Tolerance("merged_weights_abs"));
            var norm = _golden[$"merged_stat.{name}"][0];
            Golden.Compare($"norm of merged {name}", weight.norm(), norm, 1e-5 * (1 + norm.item<float>()));
        }

        adapter.Unmerge();
        adapter.IsApplied = false;
        Golden.Compare("logits after unmerging", Logits(model, batch), before, 0);
        adapter.IsApplied = true;
    }

    private void CheckGradients(CausalLM model, LoraAdapter adapter, TokenBatch batch)
    {
        var logits = model.Logits(model.HiddenStates(batch.Tokens, batch.Layout)); // [T, V]
        var (scores, isTarget) = batch.LabelScores(logits, _golden["labels"]); // [T]
        var loss = -scores.sum() / isTarget.sum();
        Golden.Compare("loss_mean", loss, _golden["loss_mean"], 2e-5);
        loss.backward();
        foreach (var (name, parameter) in adapter.Parameters)
        {
            var limit = _golden.Tolerance("grad_rel_to_param_grad_max") * _golden[$"grad_stat.{name}"][2].item<float>() + 1e-6;
            var expected = _golden.Has($"grad.{name}") ? _golden[$"grad.{name}"] : _golden[$"grad_head.{name}"];
            var actual = parameter.grad ?? throw new DifferenceException($"{name} has no gradient");
            Golden.Compare($"gradient of {name}", expected.numel() == actual.numel() ? actual : actual.flatten().narrow(0, 0, expected.numel()), expected, limit);
        }

        var trained = model.Parameters.FirstOrDefault(p => p.Value.requires_grad && adapter.Parameters.All(a => a.Name != p.Name));
        if (trained.Name is not null) throw new DifferenceException($"{trained.Name} of the base is not frozen");
    }

    private void CheckStep(CausalLM model, LoraAdapter adapter, TokenBatch batch)
    {
        using var withoutGraph = no_grad();
        Tensor[] parameters = [.. adapter.Parameters.Select(p => p.Value)];
        Tensor[] Zeros() => [.. parameters.Select(p => zeros_like(p))];
        Ops.FusedAdamW(parameters, [.. parameters.Select(p => p.grad!)], Zeros(), Zeros(), [.. parameters.Select(_ => tensor(1f))], 1e-2, 0.9, 0.999, 0.01, 1e-8);
        foreach (var (name, parameter) in adapter.Parameters)
        {
            var expected = _golden[$"adamw_head.{name}"];
            var (gradient, head) = (parameter.grad!.flatten(), parameter.flatten());
            for (var i = 0; i < expected.size(0); i++)
                Golden.Compare($"{name}[{i}] after a step", head[i], expected[i], Math.Abs(gradient[i].item<float>()) < 2e-6 ? 2.05e-2 : _golden.Tolerance("adamw_abs"));
        }

        Golden.Compare("adamw.logits", Logits(model, batch), batch.Unpad(_golden["adamw.logits"]), _golden.Tolerance("adamw_logits_abs"));
    }
}
