using TrlSharp.Batches;
using TrlSharp.Generation;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>One model folder with golden files. T tokens, V vocabulary, D hidden size.</summary>
internal sealed class ModelCase(string folder)
{
    private readonly Golden _golden = new(folder);
    private readonly ModelLoadOptions _float32 = new() { Dtype = ScalarType.Float32 };

    /// <summary>Throws at the first difference.</summary>
    public void Check()
    {
        using var model = ModelFolder.Load(folder, _float32);
        var batch = TokenBatch.Read(_golden);
        CheckForward(model, batch);
        CheckAlone(model);
        CheckPacked(model);
        if (_golden.Has("router0.logits")) RouterCheck.Check(_golden, model, batch);
        CheckGeneration(model);
        CheckOldSpelling(batch);
        StorageCheck.Check(folder, model, batch);
        GradientCheck.Check(_golden, model, batch, recompute: false);
        GradientCheck.Check(_golden, model, batch, recompute: true);
        GradientCheck.CheckStep(_golden, model);
    }

    private void CheckForward(CausalLM model, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var trace = new List<Tensor>();
        var hidden = model.Run(batch.Tokens, Context(model, batch), trace); // [T, D]
        for (var i = 0; i < trace.Count; i++)
        {
            var name = i == trace.Count - 1 ? "hidden.final" : FormattableString.Invariant($"hidden.{i}");
            Golden.Compare(name, trace[i].narrow(0, 0, batch.Layout.Starts[1]), _golden[name].narrow(0, 0, batch.Layout.Starts[1]), _golden.Tolerance("hidden_abs"));
        }

        var logits = model.Logits(hidden); // [T, V]
        Golden.Compare("logits", logits, batch.Unpad(_golden["logits"]), _golden.Tolerance("logits_abs"));
        var (scores, isTarget) = batch.LabelScores(logits, _golden["labels"]); // [T]
        Golden.Compare("token_logprobs", scores, batch.Unpad(_golden["token_logprobs"]), _golden.Tolerance("token_logprobs_abs"));
        Golden.Compare("loss_mean", -scores.sum() / isTarget.sum(), _golden["loss_mean"], _golden.Tolerance("loss_abs"));
    }

    /// <summary>Row 1 without the padding of the batch, where that makes a difference.</summary>
    private void CheckAlone(CausalLM model)
    {
        if (!_golden.Has("row1_unpadded.logits")) return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var expected = _golden["row1_unpadded.logits"]; // [T, V]
        var tokens = _golden["input_ids"][1].narrow(0, 0, expected.size(0)); // [T]
        var logits = model.Logits(model.HiddenStates(tokens, SequenceLayout.Single((int)expected.size(0)))); // [T, V]
        Golden.Compare("row1_unpadded.logits", logits, expected, _golden.Tolerance("logits_abs"));
    }

    private void CheckPacked(CausalLM model)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layout = new SequenceLayout([.. _golden["packed.cu_seqlens"].data<long>().Select(n => (int)n)]);
        var tokens = _golden["packed.input_ids"].flatten(); // [T]
        var logits = model.Logits(model.HiddenStates(tokens, layout)); // [T, V]
        Golden.Compare("packed.logits", logits, _golden["packed.logits"], _golden.Tolerance("packed_logits_abs"));
    }

    /// <summary>Greedy, with the cache, both prompts side by side.</summary>
    private void CheckGeneration(CausalLM model)
    {
        var prompts = new List<IReadOnlyList<int>>();
        while (_golden.Has(FormattableString.Invariant($"gen.{prompts.Count}.prompt"))) prompts.Add(Integers(FormattableString.Invariant($"gen.{prompts.Count}.prompt")));
        if (prompts.Count == 0) return;
        var count = _golden.Json["generation"]!["new_tokens"]!.GetValue<int>();
        var completions = TokenGenerator.Generate(model, prompts, new() { Temperature = 0, MaxNewTokens = count });
        for (var i = 0; i < prompts.Count; i++)
        {
            var expected = Integers(FormattableString.Invariant($"gen.{i}.output"));
            if (!completions[i].Tokens.SequenceEqual(expected))
                throw new DifferenceException($"greedy output {i} is [{string.Join(", ", completions[i].Tokens)}] instead of [{string.Join(", ", expected)}]");
        }
    }

    private List<int> Integers(string name) => [.. _golden[name].data<long>().Select(n => (int)n)];

    private void CheckOldSpelling(TokenBatch batch)
    {
        var path = Path.Combine(folder, "config.v4.json");
        if (!File.Exists(path)) return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = ModelFolder.Load(folder, _float32, path);
        var logits = model.Logits(model.Run(batch.Tokens, Context(model, batch))); // [T, V]
        Golden.Compare("logits with config.v4.json", logits, batch.Unpad(_golden["logits"]), _golden.Tolerance("logits_abs"));
    }

    /// <summary>The goldens are a padded batch: tables that depend on the length saw the padded one.</summary>
    internal static ForwardContext Context(CausalLM model, TokenBatch batch, List<RouterDecision>? routing = null) =>
        new(batch.Layout, model.Dtype, model.Device) { PaddedLength = batch.PaddedLength, Routing = routing };
}
