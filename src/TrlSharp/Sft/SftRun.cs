using TorchSharp;
using TrlSharp.Adapters;
using TrlSharp.Models;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>The main job as one page: model folder and data set in, trained model folder out.</summary>
public static class SftRun
{
    /// <summary>Runs the ten arrows in order.</summary>
    /// <param name="settings">From <see cref="SftOptionTable"/>, or built by hand.</param>
    /// <param name="prepared">Called with the prepared data before the first step; null for nobody.</param>
    /// <param name="progress">Told about every update, log entry and evaluation.</param>
    /// <param name="stop">Ends the run after the current micro-batch; the weights of the last complete update are saved.</param>
    /// <returns>How training went; null for a dry run.</returns>
    /// <exception cref="TrlSharpException">Settings, data or folders are wrong; see the types that derive from it.</exception>
    public static RunResult? Execute(SftSettings settings, Action<SftData>? prepared = null, IProgress<RunEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(settings);
        var output = settings.Training.Training.OutputFolder!;
        OutputFolder.Check(output, settings.OverwriteOutput || settings.Training.Training.ResumeFrom is not null);
        using var data = SftData.Prepare(settings, stop: stop);
        if (settings.Data.KeepGoing) WriteQuarantine(Path.Combine(output, "quarantine.jsonl"), data.Refused);
        prepared?.Invoke(data);
        if (settings.DryRun) return null;

        var computeType = settings.Model.Bf16 ? torch.bfloat16 : torch.float32;
        using var model = ModelFolder.Load(settings.Model.Path!, new ModelLoadOptions { Dtype = computeType });
        model.RecomputeActivations = settings.Model.ActivationCheckpointing;
        using var adapter = settings.Model.UseAdapter ? LoraAdapter.Create(model, Lora(settings.Adapter), (ulong)settings.Training.Training.Seed) : null;
        try
        {
            var result = SftTrainer.Train(model, data.Rows, settings.Training, data.Evaluation, progress, stop);
            Save(model, adapter, output, settings, data, result);
            return result;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C or SIGTERM: the weights are those after the last complete update, and are worth keeping.
            Save(model, adapter, output, settings, data, result: null);
            throw;
        }
    }

    private static void WriteQuarantine(string path, IEnumerable<Preparation.RefusedRow> refused)
    {
        using var file = new Rows.QuarantineFile(path);
        foreach (var row in refused) file.Add(row.Row, row.Fault, row.Message);
        file.Complete();
    }

    private static LoraConfig Lora(SftAdapterSettings settings) => new()
    {
        Rank = settings.Rank,
        Alpha = settings.Alpha,
        Dropout = settings.Dropout,
        TargetModules = settings.TargetModules ?? ["q_proj", "v_proj"],
        ModulesToSave = settings.ModulesToSave ?? [],
        UseRslora = settings.RankStabilized,
        UseDora = settings.WeightDecomposed,
    };

    private static void Save(CausalLM model, LoraAdapter? adapter, string output, SftSettings settings, SftData data, RunResult? result)
    {
        if (adapter is null) ModelFolder.Save(model, output, new ModelSaveOptions { CompanionFolder = settings.Model.Path });
        else adapter.Save(output);
        OutputFolder.WriteText(output, "README.md", ModelCard.Write(settings, data.Account, result));
        if (result is not null) OutputFolder.WriteText(output, "trainer_state.json", RunState.Write(settings.Training.Training, result));
        if (data.Template is not null) OutputFolder.WriteText(output, "chat_template.jinja", data.Template.Source);
    }

    private static void Check(SftSettings settings)
    {
        if (settings.Model.Path is not { } model) throw new ConfigException("model_name_or_path is missing: the folder of the model to start from.");
        if (!Directory.Exists(model)) throw new ConfigException($"model_name_or_path: the folder {model} does not exist.");
        if (settings.Data.Path is null && settings.Data.Mixture is null) throw new ConfigException("dataset_name is missing: a file, a pattern or a folder with chats.");
        if (settings.Training.Training.OutputFolder is null) throw new ConfigException("output_dir is missing: the folder for the trained model.");
        var missing = NotWired(settings).FirstOrDefault();
        if (missing is not null) throw new ConfigException(missing);
    }

    /// <summary>Settings that parse but that this page does not obey yet: refused by name rather than ignored.</summary>
    private static IEnumerable<string> NotWired(SftSettings settings)
    {
        if (settings.Model.NeftuneAlpha is not null) yield return "neftune_noise_alpha is not wired into this command yet; leave it out.";
        if (settings.Model.RouterAuxiliaryLoss is not (null or 0)) yield return "router_aux_loss_coef is not wired into this command yet; leave it out.";
        if (settings.Model.Frozen.Count > 0) yield return "freeze is not wired into this command yet; leave it out.";
    }
}
