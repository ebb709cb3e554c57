using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>Gradients of the mean loss, and the weights after one AdamW step.</summary>
internal static class GradientCheck
{
    /// <summary>Leaves the gradients in place.</summary>
    public static void Check(Golden golden, CausalLM model, TokenBatch batch, bool recompute)
    {
        using var scope = NewDisposeScope();
        foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
        model.RecomputeActivations = recompute;
        var logits = model.Logits(model.Run(batch.Tokens, ModelCase.Context(model, batch))); // [T, V]
        var (scores, isTarget) = batch.LabelScores(logits, golden["labels"]); // [T]
        (-scores.sum() / isTarget.sum()).backward();
        model.RecomputeActivations = false;
        var squares = 0.0;
        foreach (var (name, parameter) in model.Parameters)
        {
            var gradient = parameter.grad ?? zeros_like(parameter);
            squares += gradient.to(ScalarType.Float64).square().sum().item<double>();
            var largest = golden[$"grad_stat.{name}"][2].item<float>();
            var limit = golden.Tolerance("grad_rel_to_param_grad_max") * largest + 1e-6;
            var what = recompute ? $"gradient of {name} with recomputation" : $"gradient of {name}";
            if (golden.Has($"grad.{name}")) Golden.Compare(what, gradient, golden[$"grad.{name}"], limit);
            else Golden.Compare(what, gradient.flatten().narrow(0, 0, 64), golden[$"grad_head.{name}"], limit);
        }

        var norm = golden.Json["grad_norm"]!.GetValue<double>();
        Golden.Compare("grad_norm", tensor(Math.Sqrt(squares)), tensor(norm), golden.Tolerance("grad_norm_rel") * norm);
    }

    /// <summary>Steps with the gradients that <see cref="Check"/> left; the model is changed.</summary>
    public static void CheckStep(Golden golden, CausalLM model)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var parameters = model.Parameters.Where(p => p.Value.grad is not null).Select(p => (Tensor)p.Value).ToArray();
        var gradients = parameters.Select(p => p.grad!).ToArray();
        Tensor[] Zeros() => [.. parameters.Select(p => zeros_like(p))];
        Ops.FusedAdamW(parameters, gradients, Zeros(), Zeros(), [.. parameters.Select(_ => tensor(1f))], 1e-2, 0.9, 0.999, 0.01, 1e-8);
        foreach (var (name, parameter) in model.Parameters) CheckStepOf(golden, name, parameter);
        var expected = golden["adamw.logits_row0"]; // [T, V]
        var length = (int)expected.size(0);
        var logits = model.Logits(model.HiddenStates(golden["input_ids"][0].narrow(0, 0, length), SequenceLayout.Single(length))); // [T, V]
        Golden.Compare("adamw.logits_row0", logits, expected, golden.Tolerance("adamw_unstable_abs"));
    }

    private static void CheckStepOf(Golden golden, string name, Tensor parameter)
    {
        var expected = golden[$"adamw_head.{name}"]; // [16 or fewer]
        var head = parameter.flatten().narrow(0, 0, expected.size(0));
        var gradient = golden[golden.Has($"grad.{name}") ? $"grad.{name}" : $"grad_head.{name}"].flatten(); // [16 or more]
        for (var i = 0; i < expected.size(0); i++)
        {
            // Adam's first step is the sign of the gradient: where that is zero but for rounding (a bias of keys), any step is right.
            var isUnstable = Math.Abs(gradient[i].item<float>()) < 2e-6;
            Golden.Compare($"{name}[{i}] after a step", head[i], expected[i], golden.Tolerance(isUnstable ? "adamw_unstable_abs" : "adamw_abs"));
        }
    }
}
