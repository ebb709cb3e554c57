using TrlSharp.Checkpoints;
using TrlSharp.Optimization;
using static TorchSharp.torch;

namespace TrlSharp.Training.Checkpoints;

/// <summary>The checkpoint that a run goes on from.</summary>
internal static class ResumePoint
{
    /// <summary>What <c>resume_from_checkpoint</c> holds to mean the newest good checkpoint.</summary>
    public const string Newest = "true";

    public const string OptimizerName = "optimizer.safetensors";

    /// <summary>Finds and checks every byte of it.</summary>
    /// <param name="output">The run's folder.</param>
    /// <param name="wanted"><see cref="Newest"/>, or a checkpoint's folder.</param>
    /// <param name="notice">Told which checkpoints were passed over, and why.</param>
    /// <returns>Its folder; null when the run has no checkpoint yet and begins anew.</returns>
    /// <exception cref="ModelFolderException">It is damaged or cannot be resumed; the message offers the one before.</exception>
    public static string? Find(string output, string wanted, Action<string> notice)
    {
        if (wanted != Newest) return FaultOf(wanted) is { } fault ? throw Damaged(wanted, fault) : wanted;
        var all = CheckpointFolder.All(output);
        foreach (var folder in all)
        {
            if (FaultOf(folder) is not { } fault) return folder;
            notice($"{folder} is passed over: {fault}.");
        }

        if (all.Count > 0) throw new ModelFolderException($"None of the {all.Count} checkpoints in {output} can be resumed. Start anew in another folder (the weights of a damaged one may still load as a model).");
        notice($"{output} has no checkpoint yet; the run begins at its start.");
        return null;
    }

    /// <summary>Where the run stood, with weights and optimizer as they were.</summary>
    /// <param name="folder">A checked checkpoint.</param>
    /// <param name="optimizer">Its parameters and state are overwritten.</param>
    /// <param name="identity">Of the run that resumes.</param>
    /// <param name="changed">Told what is different; null to refuse differences.</param>
    /// <exception cref="ConfigException">Settings or data are not those of the checkpoint.</exception>
    /// <exception cref="ModelFolderException">The tensors do not fit.</exception>
    public static TrainerState Restore(string folder, IOptimizer optimizer, RunIdentity identity, Action<string>? changed)
    {
        var run = RunFile.Read(folder);
        var differences = identity.DifferencesFrom(run.Identity);
        if (differences.Count > 0 && changed is null)
        {
            throw new ConfigException($"This is not the run that {folder} belongs to:{string.Concat(differences.Select(d => $"{Environment.NewLine}  {d}"))}{Environment.NewLine}"
                + "Use the settings and data of that run, or --resume_with_changes true to go on from its weights all the same, or another output_dir to start anew.");
        }

        foreach (var difference in differences) changed!(difference);
        LoadWeights(folder, optimizer);
        Copy(SafetensorsFile.Open(Path.Combine(folder, OptimizerName)), optimizer.State);
        return run.State;
    }

    /// <summary>The trained weights alone.</summary>
    public static void LoadWeights(string folder, IOptimizer optimizer)
    {
        Copy(ModelFiles.Open(folder), [.. optimizer.Parameters.Select(p => (p.Name, (Tensor)p.Value))]);
        // Masters are what the weights were rounded from; a checkpoint of the model alone has only the rounded ones.
        var masters = optimizer.State.Where(s => s.Name.EndsWith(MasterWeights.Suffix, StringComparison.Ordinal)).ToList();
        var path = Path.Combine(folder, OptimizerName);
        if (File.Exists(path))
        {
            Copy(SafetensorsFile.Open(path), masters);
            return;
        }

        using var withoutGraph = no_grad();
        var weights = optimizer.Parameters.ToDictionary(p => p.Name + MasterWeights.Suffix, p => p.Value);
        foreach (var (name, master) in masters) master.copy_(weights[name]);
    }

    private static string? FaultOf(string folder)
    {
        if (!Directory.Exists(folder)) return "there is no such folder";
        if (CheckpointManifest.FaultOf(folder) is { } fault) return fault;
        return File.Exists(Path.Combine(folder, OptimizerName)) ? null : "it was saved with save_only_model and has no optimizer state";
    }

    private static ModelFolderException Damaged(string folder, string fault)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))!;
        var good = CheckpointFolder.All(parent).FirstOrDefault(other => FaultOf(other) is null);
        return new($"{folder} cannot be resumed: {fault}. " + (good is null ? "There is no good checkpoint beside it." : $"The newest good one beside it: --resume_from_checkpoint {good}"));
    }

    private static void Copy(SafetensorsFile file, IReadOnlyList<(string Name, Tensor Value)> targets)
    {
        using var withoutGraph = no_grad();
        foreach (var (name, target) in targets)
        {
            using var scope = NewDisposeScope();
            var saved = file.Contains(name) ? file.Read(name) : throw new ModelFolderException($"{file.Path} has no tensor {name}: it belongs to another model or optimizer.");
            if (!saved.shape.SequenceEqual(target.shape) || saved.dtype != target.dtype)
                throw new ModelFolderException($"{file.Path}: {name} is {saved.dtype} [{string.Join(", ", saved.shape)}] instead of {target.dtype} [{string.Join(", ", target.shape)}]: it belongs to another model or optimizer.");
            target.copy_(saved);
        }
    }
}
