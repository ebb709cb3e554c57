namespace TrlSharp.Templates;

/// <summary>The ways in which a chat template can fail.</summary>
public enum TemplateFault
{
    /// <summary>The source is not a valid template.</summary>
    Syntax,

    /// <summary>A construct that this engine refuses by name (include, import, host access …).</summary>
    Unsupported,

    /// <summary>The template itself called <c>raise_exception</c>: the conversation does not fit it.</summary>
    Rejected,

    /// <summary>A run-time error: a wrong type, an undefined value used, a missing argument.</summary>
    Runtime,

    /// <summary>The step, depth or output budget ran out.</summary>
    Budget,
}
