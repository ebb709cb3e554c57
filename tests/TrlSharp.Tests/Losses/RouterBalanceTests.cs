using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using TrlSharp.Tests.Training;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Losses;

public sealed class RouterBalanceTests
{
    [Fact]
    public void It_is_the_sum_over_experts_of_load_times_probability()
    {
        // Two tokens, two experts, one chosen: probabilities (3/4, 1/4) and (1/4, 3/4), both chosen once: 2 · (1/2·1/2 + 1/2·1/2) = 1.
        // If both tokens choose expert 0: 2 · (1 · 1/2 + 0) = 1 with these probabilities, and 2 · 3/4 = 1.5 when both prefer it.
        using var scope = NewDisposeScope();
        var l = (float)Math.Log(3);
        Assert.Equal(1, Balance(new[,] { { l, 0f }, { 0f, l } }, 0, 1), 1e-6);
        Assert.Equal(1.5, Balance(new[,] { { l, 0f }, { l, 0f } }, 0, 0), 1e-6);
        static double Balance(float[,] logits, params long[] experts) =>
            RouterBalance.Of([new RouterDecision(tensor(logits), tensor(experts).unsqueeze(1), ones(2, 1))]).ToDouble();
    }

    [Fact]
    public void Its_gradient_reaches_the_routers_and_weighs_with_the_share_of_the_micro_batch()
    {
        using var model = TinyModels.Create("qwen3_moe");
        using var scope = NewDisposeScope();
        var rows = TinyModel.Rows(4, vocabulary: 50);
        var collator = new Collator(50, LossNormalization.Token);
        var batch = collator.Collate(rows);
        var router = model.Parameters.First(p => p.Name.EndsWith("mlp.gate.weight", StringComparison.Ordinal)).Value;
        Tensor Gradient(double weight, double divisor)
        {
            foreach (var (_, p) in model.Parameters) p.grad = null;
            TokenLoss.Backward(model, batch, new() { RouterBalance = weight }, divisor);
            return router.grad!.clone();
        }

        var (plain, with) = (Gradient(1e-12, batch.Divisor), Gradient(0.5, batch.Divisor));
        Assert.True((with - plain).abs().max().ToDouble() > 1e-5);
        // Half a step's divisor: half the weight, and half of the main loss.
        Assert.True((Gradient(0.5, 2 * batch.Divisor) * 2 - with).abs().max().ToDouble() < 1e-6);

        // Against a difference quotient of the balance itself.
        double Value()
        {
            var routing = new List<RouterDecision>();
            using var withoutGraph = no_grad();
            ((ICausalLM)model).HiddenStates(batch.Tokens, batch.Layout, routing);
            return RouterBalance.Of(routing).ToDouble();
        }

        const float Step = 1e-3f;
        double At(float delta)
        {
            using (no_grad()) router[0, 0] += delta;
            var value = Value();
            using (no_grad()) router[0, 0] -= delta;
            return value;
        }

        var quotient = (At(Step) - At(-Step)) / (2 * Step);
        Assert.Equal(quotient, ((with - plain)[0, 0] / 0.5).ToDouble(), Math.Max(2e-3, 0.05 * Math.Abs(quotient)));
    }
}
