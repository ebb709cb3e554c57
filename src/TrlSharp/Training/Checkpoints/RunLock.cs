using System.Globalization;

namespace TrlSharp.Training.Checkpoints;

/// <summary>One run at a time writes into a folder. The lock belongs to the process: however that ends, the operating system gives it back.</summary>
internal sealed class RunLock : IDisposable
{
    private const string Name = ".lock";
    private readonly FileStream _file;
    private readonly string? _madeFolder;

    private RunLock(FileStream file, string? madeFolder) => (_file, _madeFolder) = (file, madeFolder);

    /// <summary>Takes the folder.</summary>
    /// <param name="folder">It exists.</param>
    /// <param name="isMine">Whether this run made it: then it does not stay behind empty.</param>
    /// <exception cref="ConfigException">Another run has it.</exception>
    public static RunLock Take(string folder, bool isMine = false)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose });
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new(file, isMine ? folder : null);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new ConfigException($"output_dir: another run is writing into {folder}. Wait for it, or choose another folder.", e);
        }
    }

    /// <summary>Whether a file name is the lock's.</summary>
    public static bool IsLock(string path) => Path.GetFileName(path) == Name;

    public void Dispose()
    {
        _file.Dispose();
        if (_madeFolder is not null && !Directory.EnumerateFileSystemEntries(_madeFolder).Any()) Directory.Delete(_madeFolder);
    }
}
