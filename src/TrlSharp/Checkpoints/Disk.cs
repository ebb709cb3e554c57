using System.Runtime.InteropServices;

namespace TrlSharp.Checkpoints;

/// <summary>The machine's file system.</summary>
internal sealed partial class Disk : IDisk
{
    public static Disk Instance { get; } = new();

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public Stream Create(string path, long size = 0) =>
        new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0, PreallocationSize = size });

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    /// <summary>Without this a power failure may take back a rename. .NET has no call for it; Windows needs none.</summary>
    public void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(path, 0);
        if (handle < 0) throw Fault(path);
        var failed = Synchronize(handle) != 0;
        var fault = failed ? Fault(path) : null;
        _ = Close(handle);
        if (fault is not null) throw fault;
    }

    public void MoveFolder(string from, string to) => Directory.Move(from, to);

    public void MoveFile(string from, string to) => File.Move(from, to);

    public void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    private static IOException Fault(string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new($"{path}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
