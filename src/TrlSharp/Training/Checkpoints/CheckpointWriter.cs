using System.Globalization;
using TrlSharp.Checkpoints;

namespace TrlSharp.Training.Checkpoints;

/// <summary>
/// Writes checkpoints in two parts. While training waits, the bytes go to the page cache, so that tensors may change again at once and no second copy of them is held. In the background
/// they are brought to the device, hashed and renamed. A folder called <c>checkpoint-N</c> is therefore complete, whenever the process or the machine stops.
/// </summary>
/// <param name="output">The run's folder.</param>
/// <param name="disk">The file system.</param>
/// <param name="limit">Checkpoints to keep; null for all.</param>
internal sealed class CheckpointWriter(string output, IDisk disk, int? limit)
{
    /// <summary>The run must be able to go back once more when the newest turns out to be damaged.</summary>
    private const int AlwaysKept = 2;
    private Task<string>? _commit;

    /// <summary>The newest complete checkpoint of this run, or the one that it resumed from.</summary>
    public string? LastGood { get; set; }

    /// <summary>Begins a checkpoint, after the one before is complete.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="files">What it holds.</param>
    /// <param name="best">Name of the checkpoint that is never removed; null for none.</param>
    /// <exception cref="DiskException">The disk refused. Nothing of this checkpoint is left; earlier ones are untouched.</exception>
    public void Begin(int step, IReadOnlyList<CheckpointFile> files, string? best)
    {
        Finish();
        var staging = Unfinished(step);
        var open = new List<Stream>();
        try
        {
            disk.CreateFolder(staging);
            foreach (var file in files)
            {
                var stream = disk.Create(Path.Combine(staging, file.Name));
                open.Add(stream);
                file.Write(stream);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GiveUp(staging, open, step, e);
        }

        _commit = Task.Run(() => Commit(step, staging, files, open, best));
    }

    /// <summary>The folder of a checkpoint that became complete since the last call; null if none did.</summary>
    /// <exception cref="DiskException">It could not be completed.</exception>
    public string? TakeFinished() => _commit is { IsCompleted: true } ? Finish() : null;

    /// <summary>Waits for the checkpoint that is being written.</summary>
    /// <inheritdoc cref="TakeFinished"/>
    public string? Finish()
    {
        if (_commit is not { } commit) return null;
        _commit = null;
        return LastGood = commit.GetAwaiter().GetResult();
    }

    private string Commit(int step, string staging, IReadOnlyList<CheckpointFile> files, List<Stream> open, string? best)
    {
        try
        {
            foreach (var stream in open)
            {
                disk.Flush(stream);
                stream.Dispose();
            }

            WriteManifest(staging, files);
            disk.FlushFolder(staging);
            var folder = Path.Combine(output, CheckpointFolder.NameOf(step));
            MoveAway(folder);
            disk.MoveFolder(staging, folder);
            disk.FlushFolder(output);
            Prune(folder, best);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GiveUp(staging, open, step, e);
        }
    }

    private void WriteManifest(string staging, IReadOnlyList<CheckpointFile> files)
    {
        var manifest = new CheckpointManifest([.. files.Select(f =>
        {
            var path = Path.Combine(staging, f.Name);
            return (f.Name, new FileInfo(path).Length, CheckpointManifest.HashOf(path));
        })]);
        using var stream = disk.Create(Path.Combine(staging, CheckpointManifest.Name));
        CheckpointFile.Text(CheckpointManifest.Name, manifest.ToJson()).Write(stream);
        disk.Flush(stream);
    }

    /// <summary>Removes what is older than the newest few, but never one of the newest two good ones, nor the best.</summary>
    private void Prune(string written, string? best)
    {
        if (limit is not { } wanted) return;
        var all = CheckpointFolder.All(output);
        var places = Math.Max(wanted, AlwaysKept);
        if (all.Count <= places) return;
        var good = 0;
        for (var i = 0; i < all.Count; i++)
        {
            var isSpare = good >= AlwaysKept;
            if (!isSpare && (all[i] == written || CheckpointManifest.FaultOf(all[i]) is null)) good++;
            else if (isSpare && i >= places && Path.GetFileName(all[i]) != best) MoveAway(all[i]);
        }
    }

    /// <summary>Under another name first: what is half removed must not look like a checkpoint.</summary>
    private void MoveAway(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var leaving = Unfinished(CheckpointFolder.StepOf(folder)!.Value);
        disk.MoveFolder(folder, leaving);
        disk.DeleteFolder(leaving);
    }

    private string Unfinished(int step) => Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{CheckpointFolder.UnfinishedPrefix}{step}-{Guid.NewGuid():N}"));

    private DiskException GiveUp(string staging, List<Stream> open, int step, Exception cause)
    {
        foreach (var stream in open) stream.Dispose();
        try
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first fault is the one to tell; the next run of this folder removes the rest.
        }

        var last = LastGood is { } good ? $"The last complete checkpoint is {good}." : "There is no earlier checkpoint.";
        return new($"{CheckpointFolder.NameOf(step)} could not be saved: {cause.Message.TrimEnd('.')}. {last} Make room or choose another disk, and run the same command with --resume_from_checkpoint true.", cause);
    }
}
