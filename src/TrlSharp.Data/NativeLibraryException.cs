namespace TrlSharp;

/// <summary>libtorch cannot be loaded on this machine, or a call into it failed. The message names the library and the real cause. Exit code 7.</summary>
public sealed class NativeLibraryException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 7;
}
