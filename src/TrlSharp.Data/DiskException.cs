namespace TrlSharp;

/// <summary>The disk refused a write: it is full, broken or gone. What was complete before still is. Exit code 5.</summary>
public sealed class DiskException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 5;
}
