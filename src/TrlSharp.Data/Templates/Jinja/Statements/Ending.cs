using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>
/// The last statements of a template that only look at variables and write: most often the generation prompt. They can run once more, under other
/// variables, behind what the statements before them have left.
/// </summary>
internal static class Ending
{
    /// <summary>Where it begins; the number of statements when there is none.</summary>
    public static int Of(Statement[] body)
    {
        var start = body.Length;
        while (start > 0 && IsSimple(body[start - 1])) start--;
        return start;
    }

    private static bool IsSimple(Statement statement) => statement is TextStatement
        || (statement is OutputStatement or IfStatement && statement.Expressions.All(e => e.Descendants().All(OnlyLooks)) && statement.Bodies.All(IsSimple));

    /// <summary>Nothing is called or run through: a generator can be run through only once.</summary>
    private static bool OnlyLooks(Expression expression) => expression switch
    {
        ComparisonExpression comparison => comparison.AsksForEquality,
        TestExpression test => test.Children.Count() == 1,
        TextExpression or ConstantExpression or NameExpression or AttributeExpression or ItemExpression or SumExpression or NotExpression or LogicalExpression or ConditionalExpression => true,
        _ => false,
    };
}
