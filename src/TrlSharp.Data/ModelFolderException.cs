namespace TrlSharp;

/// <summary>
/// A model folder or checkpoint is missing something, is damaged, or uses what is not implemented:
/// config.json, safetensors, tokenizer.json, a saved run. Exit code 6.
/// </summary>
public class ModelFolderException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 6;
}
