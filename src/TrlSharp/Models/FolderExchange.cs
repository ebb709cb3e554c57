using TrlSharp.Checkpoints;

namespace TrlSharp.Models;

/// <summary>
/// Puts files in the place of others, so that a failure can be undone: what was there is moved aside first. A model folder loses its config.json first and gets the new one last, so that
/// whoever is interrupted in between leaves a folder that is refused, and not the weights of two models.
/// </summary>
/// <param name="disk">The file system.</param>
/// <param name="folder">Where files are exchanged.</param>
/// <param name="aside">A new folder on the same file system for what was there.</param>
internal sealed class FolderExchange(IDisk disk, string folder, string aside)
{
    private readonly List<(string From, string To)> _moves = [];
    private readonly List<string> _folders = [];

    /// <summary>Whether files that were there lie aside because they could not be put back.</summary>
    private bool HoldsFiles => _moves.Exists(m => m.To.StartsWith(aside, StringComparison.Ordinal));

    /// <summary>Saves through a staging folder inside the folder, which is created where it is missing, so that a reader never meets half of anything.</summary>
    /// <param name="disk">The file system.</param>
    /// <param name="folder">Where files are exchanged.</param>
    /// <param name="write">Writes into the staging folder.</param>
    /// <param name="rename">Brings files from there to their places.</param>
    public static void Save(IDisk disk, string folder, Action<string> write, Action<FolderExchange, string> rename)
    {
        Directory.CreateDirectory(folder);
        var staging = Path.Combine(Path.GetFullPath(folder), $".saving-{Guid.NewGuid():N}");
        var exchange = new FolderExchange(disk, Path.GetFullPath(folder), Path.Combine(staging, "replaced"));
        try
        {
            disk.CreateFolder(staging);
            write(staging);
            exchange.Run(() => rename(exchange, staging));
        }
        finally
        {
            if (!exchange.HoldsFiles && Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>All of it, or nothing.</summary>
    /// <exception cref="IOException">The disk is full or broken. Everything is as it was, or the message says where it is.</exception>
    private void Run(Action changes)
    {
        try
        {
            changes();
            disk.FlushFolder(folder);
            _moves.Clear();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Undo(e);
            throw;
        }
    }

    /// <summary>Moves a file aside, if there is one.</summary>
    public void Remove(string name)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path)) Move(path, Path.Combine(aside, name));
    }

    /// <summary>Moves a file into the folder under a name, which may have a folder before it.</summary>
    public void Replace(string from, string name)
    {
        Remove(name);
        Move(from, Path.Combine(folder, name));
    }

    private void Undo(Exception reason)
    {
        try
        {
            for (; _moves.Count > 0; _moves.RemoveAt(_moves.Count - 1)) disk.MoveFile(_moves[^1].To, _moves[^1].From);
            foreach (var created in _folders.Where(f => !f.StartsWith(aside, StringComparison.Ordinal)).Reverse()) disk.DeleteFolder(created);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{reason.Message} Nor could everything be put back ({e.Message}): {(HoldsFiles ? $"files that were replaced lie in {aside}" : "the new files stay")}.", reason);
        }
    }

    private void Move(string from, string to)
    {
        var parent = Path.GetDirectoryName(to)!;
        if (!Directory.Exists(parent))
        {
            disk.CreateFolder(parent);
            _folders.Add(parent);
        }

        disk.MoveFile(from, to);
        _moves.Add((from, to));
    }
}
