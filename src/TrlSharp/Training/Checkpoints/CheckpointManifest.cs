using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Training.Checkpoints;

/// <summary>The list of a checkpoint's files with their sizes and SHA-256, written last: a folder without a matching one is not a checkpoint.</summary>
/// <param name="Files">In the order of writing.</param>
internal sealed record CheckpointManifest(IReadOnlyList<(string Name, long Size, string Sha256)> Files)
{
    public const string Name = "manifest.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The only form that is accepted: one changed byte makes it another text.</summary>
    public string ToJson() => new JsonObject
    {
        ["format"] = 1,
        ["files"] = new JsonArray([.. Files.Select(f => new JsonObject { ["name"] = f.Name, ["size"] = f.Size, ["sha256"] = f.Sha256 })]),
    }.ToJsonString(Indented) + "\n";

    /// <summary>SHA-256 of a file in lower-case hexadecimal digits.</summary>
    public static string HashOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>What is wrong with a checkpoint folder; null when every byte is as it was written.</summary>
    public static string? FaultOf(string folder)
    {
        try
        {
            var path = Path.Combine(folder, Name);
            if (!File.Exists(path)) return $"{Name} is missing, so it was never completed";
            var text = File.ReadAllBytes(path);
            if (Parse(text) is not { } manifest || !Encoding.UTF8.GetBytes(manifest.ToJson()).AsSpan().SequenceEqual(text)) return $"{Name} is damaged";
            return manifest.Files.Select(file => FaultOf(folder, file)).FirstOrDefault(fault => fault is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {e.Message}";
        }
    }

    private static string? FaultOf(string folder, (string Name, long Size, string Sha256) file)
    {
        if (file.Name != Path.GetFileName(file.Name)) return $"{Name} is damaged";
        var path = Path.Combine(folder, file.Name);
        if (!File.Exists(path)) return $"{file.Name} is missing";
        var size = new FileInfo(path).Length;
        if (size != file.Size) return string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {size} bytes instead of {file.Size}");
        return HashOf(path) == file.Sha256 ? null : $"{file.Name} has changed since it was written (SHA-256 differs)";
    }

    private static CheckpointManifest? Parse(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return new([.. json.RootElement.GetProperty("files").EnumerateArray().Select(f =>
                (f.GetProperty("name").GetString()!, f.GetProperty("size").GetInt64(), f.GetProperty("sha256").GetString()!))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
