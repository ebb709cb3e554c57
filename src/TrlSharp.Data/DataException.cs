namespace TrlSharp;

/// <summary>
/// A row, a conversation, or the template and tokenizer applied to it cannot give exact training data. The message names the row. Exit code 3.
/// </summary>
public class DataException(string message, Exception? inner = null) : TrlSharpException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 3;
}
