namespace TrlSharp.Training.Checkpoints;

/// <summary>One file of a checkpoint.</summary>
/// <param name="Name">Without a path.</param>
/// <param name="Write">Writes its bytes.</param>
internal sealed record CheckpointFile(string Name, Action<Stream> Write)
{
    public static CheckpointFile Text(string name, string text) => new(name, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    public static CheckpointFile Copy(string name, string source) => new(name, stream =>
    {
        using var file = File.OpenRead(source);
        file.CopyTo(stream);
    });
}
