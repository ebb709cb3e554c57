using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Numbers the literals of a template, and remembers which variables tell whether a generation prompt is wanted.</summary>
internal sealed class LiteralOrigins
{
    private readonly HashSet<string> _promptNames = new(StringComparer.Ordinal) { "add_generation_prompt" };
    private int _count;

    public Origin Next(int line) => new(OriginKind.Literal, -1, "", line, _count++);

    /// <summary>Whether an expression reads <c>add_generation_prompt</c> or a variable made from it.</summary>
    public bool ReadsPrompt(Expression expression) => expression.Descendants().Any(e => e is NameExpression name && _promptNames.Contains(name.Name));

    /// <summary>A variable was set from an expression.</summary>
    public void Assigned(IEnumerable<string> names, Expression value)
    {
        if (ReadsPrompt(value)) _promptNames.UnionWith(names);
    }
}
