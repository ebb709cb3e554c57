namespace TrlSharp;

/// <summary>
/// Root of every fault that a user can cause or mend. The message alone says what, where, which value, which limit and the way out;
/// the command line prints it without a stack trace and exits with <see cref="ExitCode"/>.
/// </summary>
public abstract class TrlSharpException : Exception
{
    private protected TrlSharpException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The documented exit code of the command line (see <c>trlsharp --help</c>).</summary>
    public abstract int ExitCode { get; }
}
