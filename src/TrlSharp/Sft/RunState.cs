using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>trainer_state.json as transformers writes it: where the run ended, and everything that was logged.</summary>
internal static class RunState
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(TrainingOptions options, RunResult result)
    {
        var history = new JsonArray();
        foreach (var entry in result.Log)
        {
            var line = new JsonObject { ["epoch"] = entry.Epoch };
            foreach (var (name, value) in entry.Values) line[name] = double.IsFinite(value) ? value : null;
            line["step"] = entry.Step;
            history.Add(line);
        }

        var state = new JsonObject
        {
            ["best_metric"] = result.Best?.Metric,
            ["epoch"] = result.Log.Count > 0 ? result.Log[^1].Epoch : 0,
            ["global_step"] = result.Updates,
            ["max_steps"] = result.TotalUpdates,
            ["logging_steps"] = options.LoggingSteps,
            ["train_loss"] = result.TrainLoss,
            ["num_input_tokens_seen"] = result.Tokens,
            ["log_history"] = history,
        };
        return state.ToJsonString(Indented) + "\n";
    }
}
