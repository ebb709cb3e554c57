using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>What an expression is before the template runs.</summary>
internal static class ConstantValue
{
    /// <summary>Its truth value; null where it is no constant, or cannot be computed.</summary>
    public static bool? IsTrue(Expression expression)
    {
        if (!expression.IsFoldable) return null;
        try
        {
            return expression.IsTrue(new RenderState(new RenderBudget(), [], new(0, null), new RenderRequest { Messages = [] }));
        }
        catch (EvaluationException)
        {
            return null;
        }
    }
}
