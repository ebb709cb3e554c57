using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Training.Checkpoints;

namespace TrlSharp.Training.Reports;

/// <summary>trainer_state.json as transformers writes it: where the run stands, and everything that was logged.</summary>
internal static class TrainerStateFile
{
    public const string Name = "trainer_state.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(TrainingOptions options, TrainerState state, int totalUpdates)
    {
        var history = new JsonArray();
        foreach (var entry in state.History)
        {
            var line = new JsonObject { ["epoch"] = entry.Epoch };
            foreach (var (name, value) in entry.Values) line[name] = Number(value);
            line["step"] = entry.Step;
            history.Add(line);
        }

        var json = new JsonObject
        {
            ["best_global_step"] = state.BestStep,
            ["best_metric"] = state.BestMetric,
            ["best_model_checkpoint"] = state.BestStep is { } best ? CheckpointFolder.NameOf(best) : null,
            ["epoch"] = state.Epoch,
            ["global_step"] = state.GlobalStep,
            ["max_steps"] = totalUpdates,
            ["logging_steps"] = options.LoggingSteps,
            ["eval_steps"] = options.EvaluationSteps,
            ["save_steps"] = options.SaveSteps,
            ["train_batch_size"] = options.TokensPerStep is null ? options.BatchSize : null,
            ["num_train_epochs"] = options.Epochs,
            ["train_loss"] = state.MeanLoss,
            ["num_input_tokens_seen"] = state.Tokens,
            ["log_history"] = history,
        };
        return json.ToJsonString(Indented) + "\n";
    }

    /// <summary>JSON has no NaN.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
