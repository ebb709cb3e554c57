using System.Text;
using TrlSharp.Training.Checkpoints;

namespace TrlSharp.Training;

/// <summary>The folder that a run writes to.</summary>
internal static class OutputFolder
{
    /// <summary>Refuses a folder with files in it that nobody said may be added to.</summary>
    /// <exception cref="ConfigException">With the way out.</exception>
    public static void CheckEmpty(string folder, bool mayHoldFiles)
    {
        if (Directory.Exists(folder) && !mayHoldFiles && Directory.EnumerateFileSystemEntries(folder).Any(path => !RunLock.IsLock(path)))
            throw new ConfigException($"output_dir: {folder} is not empty. Choose another folder, or --overwrite_output_dir true, or --resume_from_checkpoint true.");
    }

    /// <summary>Makes the folder, and refuses one that cannot be written, before hours are spent.</summary>
    /// <exception cref="ConfigException">With the way out.</exception>
    public static void Check(string folder)
    {
        if (File.Exists(folder)) throw new ConfigException($"output_dir: {folder} is a file; name a folder.");
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".writable-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"output_dir: {folder} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>A file that appears complete or not at all.</summary>
    public static void WriteText(string folder, string name, string text)
    {
        var staged = Path.Combine(folder, $".{name}-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(staged, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(staged, Path.Combine(folder, name), overwrite: true);
        }
        finally
        {
            File.Delete(staged);
        }
    }
}
