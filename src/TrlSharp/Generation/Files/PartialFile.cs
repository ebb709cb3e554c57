using System.Text;

namespace TrlSharp.Generation.Files;

/// <summary>
/// The output while it grows, under <c>NAME.partial</c>, beside <c>NAME.partial.json</c> with the settings that it belongs to. A line counts when its line feed is
/// there; the file gets its name when it is complete.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;

    private PartialFile(string path, FileStream stream, long lines) => (_path, _stream, Lines) = (path, stream, lines);

    /// <summary>Complete lines.</summary>
    public long Lines { get; private set; }

    /// <exception cref="ConfigException">The output exists, or what an earlier run left belongs to other settings.</exception>
    public static PartialFile Open(GenerationJobOptions options, string settings)
    {
        var path = Path.GetFullPath(options.Output);
        var (partial, record) = ($"{path}.partial", $"{path}.partial.json");
        if (Directory.Exists(path)) throw new ConfigException($"--output: {options.Output} is a folder; name a file.");
        if (File.Exists(path) && !options.Overwrite) throw new ConfigException($"--output: {options.Output} exists already. Choose another file, or --overwrite.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!options.Resume || !File.Exists(partial)) return Create(path, partial, record, settings, options);
            if (!File.Exists(record) || File.ReadAllText(record) != settings)
                throw new ConfigException($"{options.Output}.partial was begun with other settings (see {options.Output}.partial.json), so its lines and new ones would not fit together. Use the same settings, or --overwrite.");
            var stream = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            return new(path, stream, KeepCompleteLines(stream));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new ConfigException($"--output: {options.Output} cannot be written: {e.Message}", e);
        }
    }

    public void Add(string line)
    {
        _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        _stream.Flush();
        Lines++;
    }

    /// <summary>Gives the file its name.</summary>
    public void Complete()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move($"{_path}.partial", _path, overwrite: true);
        File.Delete($"{_path}.partial.json");
    }

    public void Dispose() => _stream.Dispose();

    private static PartialFile Create(string path, string partial, string record, string settings, GenerationJobOptions options)
    {
        if (File.Exists(partial) && new FileInfo(partial).Length > 0 && !options.Overwrite)
            throw new ConfigException($"{options.Output}.partial holds the lines of an interrupted run. --resume goes on with them, --overwrite begins anew.");
        File.WriteAllText(record, settings);
        return new(path, new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.Read), 0);
    }

    private static long KeepCompleteLines(FileStream stream)
    {
        var (lines, end, at) = (0L, 0L, 0L);
        var buffer = new byte[1 << 16];
        for (int n; (n = stream.Read(buffer)) > 0; at += n)
        {
            for (var i = 0; i < n; i++)
            {
                if (buffer[i] != (byte)'\n') continue;
                lines++;
                end = at + i + 1;
            }
        }

        stream.SetLength(end);
        stream.Position = end;
        return lines;
    }
}
