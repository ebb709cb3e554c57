namespace TrlSharp;

/// <summary>Options or paths are wrong: an unknown flag, a value outside its range, a folder that does not exist. Exit code 2.</summary>
public sealed class ConfigException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 2;
}
