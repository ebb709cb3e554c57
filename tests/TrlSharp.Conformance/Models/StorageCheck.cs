using TrlSharp.Checkpoints;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>Loading and saving in the stored type gives back every tensor with its name, shape, type and bytes; so does saving in shards.</summary>
internal static class StorageCheck
{
    public static void Check(string folder, CausalLM model, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var target = Directory.CreateTempSubdirectory("trlsharp-conformance-").FullName;
        try
        {
            using (var stored = ModelFolder.Load(folder))
            {
                ModelFolder.Save(stored, target);
                CompareTensors(folder, target);
                ModelFolder.Save(stored, target, new() { ShardSize = 50_000 });
                CompareTensors(folder, target);
            }

            using var loaded = ModelFolder.Load(target, new() { Dtype = ScalarType.Float32 });
            Golden.Compare("logits of the saved folder", Logits(loaded, batch), Logits(model, batch), 0);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static Tensor Logits(CausalLM model, TokenBatch batch) => model.Logits(model.HiddenStates(batch.Tokens, batch.Layout)); // [T, V]

    private static void CompareTensors(string folder, string target)
    {
        var (before, after) = (Checkpoint.Open(folder), Checkpoint.Open(target));
        var difference = before.Names.Except(after.Names).Concat(after.Names.Except(before.Names)).FirstOrDefault();
        if (difference is not null) throw new DifferenceException($"the saved folder and the source do not both have the tensor {difference}");
        foreach (var name in before.Names)
        {
            var (a, b) = (before.FileOf(name).Read(name), after.FileOf(name).Read(name));
            if (a.dtype != b.dtype) throw new DifferenceException($"{name} was saved as {b.dtype} instead of {a.dtype}");
            Golden.Compare($"{name} of the saved folder", b, a, 0);
        }
    }
}
