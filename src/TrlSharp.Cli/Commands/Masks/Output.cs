using System.Text;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>Files that appear whole or not at all.</summary>
internal static class Output
{
    /// <exception cref="ConfigException">The folder cannot be written.</exception>
    public static void Write(string path, Action<TextWriter> write)
    {
        var full = Path.GetFullPath(path);
        var staged = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}-{Guid.NewGuid():N}");
        if (Directory.Exists(full)) throw new ConfigException($"{path} is a folder; name a file.");
        if (!Directory.Exists(Path.GetDirectoryName(full))) throw new ConfigException($"{path} cannot be written: the folder {Path.GetDirectoryName(full)} does not exist.");
        try
        {
            using (var writer = new StreamWriter(staged, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" }) write(writer);
            File.Move(staged, full, overwrite: true);
        }
        finally
        {
            File.Delete(staged);
        }
    }
}
