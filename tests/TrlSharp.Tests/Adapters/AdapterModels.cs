using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Adapters;

/// <summary>What the tests of adapters measure, and adapters that have an effect.</summary>
internal static class AdapterModels
{
    public static readonly long[] Ids = [1, 2, 3, 4, 5, 6, 7];

    public static Tensor Logits(CausalLM model) => model.Logits(model.HiddenStates(tensor(Ids), SequenceLayout.FromLengths(3, 4)));

    public static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    /// <summary>An adapter whose B is not zero, so that it has an effect.</summary>
    public static LoraAdapter Trained(CausalLM model, LoraConfig config, ulong seed, string name = "default")
    {
        var adapter = LoraAdapter.Create(model, config, seed, name);
        using var withoutGraph = no_grad();
        var generator = new SeededRandom(seed);
        foreach (var (_, parameter) in adapter.Parameters) parameter.add_(tensor(Enumerable.Range(0, (int)parameter.numel()).Select(_ => (float)generator.NextDouble() - 0.5f).ToArray()).view(parameter.shape), alpha: 0.3);
        return adapter;
    }
}
