using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Sft.Options;
using TrlSharp.Tokenization;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;
using static TorchSharp.torch;

namespace TrlSharp.Sft;

/// <summary>The main job as one page: model folder and data set in, trained model folder out.</summary>
public static class SftRun
{
    private const string TemplateName = "chat_template.jinja";

    /// <summary>Runs the ten arrows in order.</summary>
    /// <param name="settings">From <see cref="SftOptionTable"/>, or built by hand.</param>
    /// <param name="prepared">Called with the prepared data before the first step; null for nobody.</param>
    /// <param name="progress">Told about every update, log entry and evaluation.</param>
    /// <param name="stop">Ends the run after the current micro-batch; a checkpoint of the last complete update is saved, from which the run can be resumed.</param>
    /// <returns>How training went; null for a dry run.</returns>
    /// <exception cref="TrlSharpException">Settings, data or folders are wrong; see the types that derive from it.</exception>
    public static RunResult? Execute(SftSettings settings, Action<SftData>? prepared = null, IProgress<RunEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(settings);
        var output = settings.Training.Training.OutputFolder!;
        using var mine = settings.DryRun ? null : Take(output, settings);
        using var data = SftData.Prepare(settings, stop: stop);
        if (settings.Data.KeepGoing && !settings.DryRun) WriteQuarantine(Path.Combine(output, "quarantine.jsonl"), data.Refused);
        prepared?.Invoke(data);
        var tokenizer = Tokenizer.Load(settings.Model.Folder);
        var stops = Stops(settings, data, tokenizer);
        if (data.FirstChat is not null && StopGuard.NoticeFor(data.Sequences, stops, tokenizer) is { } notice) progress?.Report(new RunEvent.Notice(notice));

        using var model = Load(settings.Model);
        CheckIds(data, tokenizer, model);
        using var adapter = settings.Model.UseAdapter ? LoraAdapter.Create(model, Lora(settings.Adapter), (ulong)settings.Training.Training.Seed) : null;
        FrozenParameters.Apply(model, settings.Model.Frozen);
        var optimizer = SftTrainer.OptimizerFor(model, settings.Training, Stored(settings.Model.Folder));
        if (settings.DryRun)
        {
            progress?.Report(new RunEvent.Planned(SftProbe.Measure(model, data.Rows, settings.Training, optimizer, TimeProvider.System, progress, stop)));
            return null;
        }

        var samples = settings.SamplePrompts.Count == 0 ? null : new SampleGenerator(model, tokenizer, data.Template, settings.SamplePrompts, stops, settings.SampleTokens, settings.Data.TemplateDate);
        var surroundings = new RunSurroundings
        {
            Evaluation = data.Evaluation,
            Progress = progress,
            Sample = samples is null ? null : samples.Answer,
            Companions = data.Template is { } template ? [CheckpointFile.Text(TemplateName, template.Source)] : [],
        };
        var result = SftTrainer.Train(model, data.Rows, settings.Training, optimizer, surroundings, stop);
        Save(model, adapter, optimizer, settings, data, result);
        return result;
    }

    /// <summary>A tokenizer may know more tokens than the model has embeddings for, as long as no row has one of them: found now, not in the middle of the run.</summary>
    private static void CheckIds(SftData data, Tokenizer tokenizer, CausalLM model)
    {
        if (tokenizer.VocabularySize <= model.VocabularySize) return;
        var collator = new Collator(model.VocabularySize, LossNormalization.Token);
        foreach (var sequence in data.Rows.Concat(data.Evaluation.Values.SelectMany(rows => rows)).SelectMany(row => row.Sequences)) collator.Check(sequence);
    }

    private static RunLock Take(string output, SftSettings settings)
    {
        var isNew = !Directory.Exists(output);
        OutputFolder.Check(output);
        var mine = RunLock.Take(output, isNew);
        try
        {
            OutputFolder.CheckEmpty(output, settings.OverwriteOutput || settings.Training.Training.ResumeFrom is not null);
            return mine;
        }
        catch (ConfigException)
        {
            mine.Dispose();
            throw;
        }
    }

    /// <summary>Everything that ends an answer: for the engine, for the tokenizer, and in the template.</summary>
    private static HashSet<int> Stops(SftSettings settings, SftData data, Tokenizer tokenizer)
    {
        var stops = Sequences.GenerationStops.Load(settings.Model.Folder).ToHashSet();
        if (tokenizer.EosTokenId is { } end) stops.Add(end);
        foreach (var text in data.Builder.Stops)
            if (tokenizer.Encode(text) is [var only]) stops.Add(only.Id);
        return stops;
    }

    private static CausalLM Load(SftModelSettings settings)
    {
        var model = ModelFolder.Load(settings.Folder, new ModelLoadOptions { Dtype = settings.Bf16 ? bfloat16 : float32 });
        (model.RecomputeActivations, model.EmbeddingNoise) = (settings.ActivationCheckpointing, settings.NeftuneAlpha);
        return model;
    }

    /// <summary>The weights as the folder has them: masters start from these, not from what they were rounded to.</summary>
    private static Func<string, Tensor?> Stored(string folder)
    {
        var checkpoint = Checkpoint.Open(folder);
        return name => checkpoint.Contains(name) ? checkpoint.FileOf(name).Read(name) : null;
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
        TargetModules = settings.TargetModules ?? (settings.TargetParameters is null ? ["q_proj", "v_proj"] : []),
        TargetParameters = settings.TargetParameters ?? [],
        ModulesToSave = settings.ModulesToSave ?? [],
        UseRslora = settings.RankStabilized,
        UseDora = settings.WeightDecomposed,
    };

    private static void Save(CausalLM model, LoraAdapter? adapter, IOptimizer optimizer, SftSettings settings, SftData data, RunResult result)
    {
        var output = settings.Training.Training.OutputFolder!;
        var masters = optimizer.State.Where(s => s.Name.EndsWith(MasterWeights.Suffix, StringComparison.Ordinal)).ToDictionary(s => s.Name[..^MasterWeights.Suffix.Length], s => s.Value);
        if (adapter is null) ModelFolder.Save(model, output, new ModelSaveOptions { CompanionFolder = settings.Model.Folder, Dtype = SaveType(settings.Model), Masters = masters });
        else adapter.Save(output);
        OutputFolder.WriteText(output, "README.md", ModelCard.Write(settings, data.Account, result));
        if (data.Template is not null) OutputFolder.WriteText(output, TemplateName, data.Template.Source);
    }

    private static ScalarType SaveType(SftModelSettings settings) => settings.SaveType switch
    {
        "bfloat16" => ScalarType.BFloat16,
        "float16" => ScalarType.Float16,
        "auto" => ModelFolder.StoredType(settings.Folder),
        _ => ScalarType.Float32,
    };

    private static void Check(SftSettings settings)
    {
        ModelFolder.Check(settings.Model.Folder); // before minutes are spent on the data
        if (settings.Data.Path is null && settings.Data.Mixture is null) throw new ConfigException("dataset_name is missing: a file, a pattern or a folder with chats.");
        if (settings.Training.Training.OutputFolder is null) throw new ConfigException("output_dir is missing: the folder for the trained model.");
        settings.Training.Check();
    }
}
