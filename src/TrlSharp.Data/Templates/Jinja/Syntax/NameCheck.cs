using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>
/// Unknown filters and tests are faults of the template as a whole, except directly inside an <c>if</c>, where Jinja2 waits until they are reached.
/// </summary>
internal static class NameCheck
{
    /// <exception cref="TemplateException">A filter or test does not exist.</exception>
    public static void Verify(IEnumerable<Statement> statements, bool soft)
    {
        foreach (var statement in statements)
        {
            var inside = statement is IfStatement;
            foreach (var expression in statement.Expressions) Verify(expression, (soft || inside) && !statement.Inside.Contains(expression));
            Verify(statement.Bodies, inside);
        }
    }

    /// <summary>What a constant does not rule out: Jinja2 folds constants before it looks at names.</summary>
    private static IEnumerable<Expression> Reached(Expression expression) => expression switch
    {
        LogicalExpression { Left: ConstantExpression { Value: var left } } logical when left.IsTrue != logical.IsAnd => [],
        ConditionalExpression { Test: ConstantExpression { Value.IsTrue: true } } conditional => [conditional.Then],
        ConditionalExpression { Test: ConstantExpression, Otherwise: { } otherwise } => [otherwise],
        _ => expression.Children,
    };

    private static void Verify(Expression expression, bool soft)
    {
        if (!soft && expression is FilterExpression filter && !FilterTable.Exists(filter.Name)) throw FilterTable.Unknown(filter.Name, filter.Line);
        if (!soft && expression is TestExpression test && !TestTable.Exists(test.Name)) throw new TemplateException(TemplateFault.Syntax, test.Line, TestTable.Unknown(test.Name));
        foreach (var child in Reached(expression)) Verify(child, soft || expression is ConditionalExpression);
    }
}
