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
        LogicalExpression logical => Reached(logical),
        ConditionalExpression { Test: ConstantExpression { Value.IsTrue: true } } conditional => [conditional.Then],
        ConditionalExpression { Test: ConstantExpression, Otherwise: { } otherwise } => [otherwise],
        _ => expression.Children,
    };

    /// <summary>The operands of a chain <c>a or b or c</c>, from the left, but those behind a constant that decides.</summary>
    private static IEnumerable<Expression> Reached(LogicalExpression outermost)
    {
        var chain = new Stack<LogicalExpression>();
        Expression first = outermost;
        for (; first is LogicalExpression inner; first = inner.Left) chain.Push(inner);
        var known = ConstantValue.IsTrue(first);
        yield return first;
        foreach (var node in chain)
        {
            if (known is { } decided && decided != node.IsAnd) continue;
            yield return node.Right;
            if (known is not null) known = ConstantValue.IsTrue(node.Right);
        }
    }

    private static void Verify(Expression expression, bool soft)
    {
        if (!soft && expression is FilterExpression filter && !FilterTable.Exists(filter.Name)) throw FilterTable.Unknown(filter.Name, filter.Line);
        if (!soft && expression is TestExpression test && !TestTable.Exists(test.Name)) throw new TemplateException(TemplateFault.Syntax, test.Line, TestTable.Unknown(test.Name));
        foreach (var child in Reached(expression)) Verify(child, soft || expression is ConditionalExpression);
    }
}
