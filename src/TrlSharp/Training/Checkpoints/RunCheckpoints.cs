using System.Globalization;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Optimization;

namespace TrlSharp.Training.Checkpoints;

/// <summary>The checkpoints of one run.</summary>
internal sealed class RunCheckpoints
{
    private readonly CheckpointWriter _writer;
    private int? _savedStep;

    public RunCheckpoints(string output, int? limit, IDisk? disk = null)
    {
        Output = output;
        _writer = new(output, disk ?? Disk.Instance, limit);
    }

    public required ICausalLM Model { get; init; }

    public required IOptimizer Optimizer { get; init; }

    public required RunIdentity Identity { get; init; }

    /// <summary>Further files: what the run was given and other programs want to read.</summary>
    public IReadOnlyList<CheckpointFile> Companions { get; init; } = [];

    public string Output { get; }

    /// <summary>The newest complete one.</summary>
    public string? LastGood => _writer.LastGood;

    /// <summary>Goes back to where the settings want to resume; at the start, and where there is nothing to resume, null.</summary>
    /// <inheritdoc cref="ResumePoint.Restore"/>
    public TrainerState? Resume(TrainingOptions options, int totalUpdates, IProgress<RunEvent>? progress)
    {
        void Tell(string text) => progress?.Report(new RunEvent.Notice(text));
        CheckpointFolder.RemoveUnfinished(Output);
        if (options.ResumeFrom is not { } wanted || ResumePoint.Find(Output, wanted, Tell) is not { } folder) return null;
        var state = ResumePoint.Restore(folder, Optimizer, Identity, options.ResumeWithChanges ? difference => Tell($"changed since {folder}: {difference}") : null);
        Tell(string.Create(CultureInfo.InvariantCulture, $"resumed from {folder}: {state.GlobalStep} of {totalUpdates} updates are done."));
        if (options.LikeTrl.HasFlag(TrlBehaviours.TokenCount)) state = state with { Tokens = 0, Window = new() };
        _writer.LastGood = folder;
        if (Path.GetFullPath(folder) == Path.GetFullPath(Path.Combine(Output, CheckpointFolder.NameOf(state.GlobalStep)))) _savedStep = state.GlobalStep;
        return state;
    }

    /// <summary>Begins a checkpoint of the state that weights and optimizer are in; a second of the same update is not made.</summary>
    /// <param name="state">The rest of the state.</param>
    /// <param name="modelOnly">Leaves out what resuming needs.</param>
    /// <param name="stateFile">trainer_state.json.</param>
    public void Begin(TrainerState state, bool modelOnly, string stateFile)
    {
        if (_savedStep == state.GlobalStep) return;
        List<CheckpointFile> files = [.. ModelFiles.Of(Model).Where(own => Companions.All(c => c.Name != own.Name)), .. Companions, CheckpointFile.Text("trainer_state.json", stateFile)];
        if (!modelOnly)
        {
            files.Add(new(ResumePoint.OptimizerName, stream => SafetensorsWriter.Write(stream, Optimizer.State.Select(s => (s.Name, s.Value)))));
            files.Add(CheckpointFile.Text(RunFile.Name, RunFile.Write(Identity, state)));
        }

        _writer.Begin(state.GlobalStep, files, state.BestStep is { } best ? CheckpointFolder.NameOf(best) : null);
        _savedStep = modelOnly ? null : state.GlobalStep;
    }

    /// <inheritdoc cref="CheckpointWriter.TakeFinished"/>
    public string? TakeFinished() => _writer.TakeFinished();

    /// <inheritdoc cref="CheckpointWriter.Finish"/>
    public string? Finish() => _writer.Finish();

    /// <summary>Puts the weights of an earlier update back.</summary>
    /// <exception cref="ModelFolderException">Its checkpoint is missing or damaged.</exception>
    public void LoadWeights(int step)
    {
        var folder = Path.Combine(Output, CheckpointFolder.NameOf(step));
        if (CheckpointManifest.FaultOf(folder) is { } fault) throw new ModelFolderException($"load_best_model_at_end: {folder} cannot be loaded: {fault}.");
        ResumePoint.LoadWeights(folder, Optimizer);
    }
}
