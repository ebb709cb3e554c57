namespace TrlSharp;

/// <summary>Training was stopped because a loss or a gradient is not finite. The weights are those of the last good step. Exit code 4.</summary>
public sealed class NumericException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 4;
}
