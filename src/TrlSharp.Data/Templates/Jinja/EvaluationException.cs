namespace TrlSharp.Templates.Jinja;

/// <summary>A fault inside the evaluator, before the template's name and line are known. It never leaves <see cref="ChatTemplate"/>.</summary>
internal sealed class EvaluationException(TemplateFault fault, string message) : Exception(message)
{
    public TemplateFault Fault { get; } = fault;

    public static EvaluationException Runtime(string message) => new(TemplateFault.Runtime, message);

    public static EvaluationException Refused(string what) => new(TemplateFault.Unsupported, what);

    public static EvaluationException Budget(string message) => new(TemplateFault.Budget, message);
}
