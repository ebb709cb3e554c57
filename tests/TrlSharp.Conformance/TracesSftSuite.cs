using System.Globalization;
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

    private static CaseResult Case(TraceRun run, string mode, Action<CausalLM, bool> check)
    {
        var name = $"{run.Name}/{mode}";
        var bf16 = run.Arguments.GetProperty("resolved").GetProperty("bf16").GetBoolean();
        try
        {
            var differences = new List<string>();
            while (Difference(run, check, bf16, differences.Count) is { } difference)
            {
                differences.Add(difference);
                if (bf16 || differences.Count == LastBits.Attempts) return CaseResult.Fail(name, differences[0]);
            }

            return differences.Count == 0 ? CaseResult.Pass(name) : CaseResult.Pass(name) with
            {
                Detail = string.Create(CultureInfo.InvariantCulture, $"equal in repetition {differences.Count} from weights that differ in the last bit; as they are: {differences[0]}"),
            };
        }
        catch (TrlSharpException refusal)
        {
            return CaseResult.Refuse(name, refusal.Message);
        }
    }

    /// <summary>The first one; null for none.</summary>
    private static string? Difference(TraceRun run, Action<CausalLM, bool> check, bool bf16, int attempt)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var model = ModelFolder.Load(run.InitialFolder, new() { Dtype = bf16 ? TorchSharp.torch.ScalarType.BFloat16 : TorchSharp.torch.ScalarType.Float32 });
        using var adapter = run.IsAdapter ? run.Attach(model) : null;
        LastBits.Change(model.Parameters.Select(p => (TorchSharp.torch.Tensor)p.Value), attempt);
        try
        {
            check(model, bf16);
            return null;
        }
        catch (TraceDifference difference)
        {
            return difference.Message;
        }
    }
}
