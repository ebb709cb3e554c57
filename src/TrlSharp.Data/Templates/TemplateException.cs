namespace TrlSharp.Templates;

/// <summary>A chat template does not parse, rejects the conversation (<c>raise_exception</c>), fails while rendering, or exceeds its budget.</summary>
/// <param name="reason">Which of these.</param>
/// <param name="line">1-based line in the template; 0 when no line applies.</param>
/// <param name="message">What, where, the value and the way out.</param>
/// <param name="inner">The cause, if another exception was.</param>
public sealed class TemplateException(TemplateFault reason, int line, string message, Exception? inner = null) : DataException(message, inner)
{
    /// <summary>What kind of fault it is.</summary>
    public TemplateFault Reason { get; } = reason;

    /// <summary>1-based line in the template; 0 when no line applies.</summary>
    public int Line { get; } = line;
}
