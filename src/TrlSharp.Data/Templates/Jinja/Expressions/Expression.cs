using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>A node that gives a value.</summary>
internal abstract class Expression
{
    public abstract Value Evaluate(RenderState state);

    /// <summary>The value where nobody asks for its origins: comparing, looking up.</summary>
    public virtual Value Inspect(RenderState state) => Evaluate(state);

    /// <summary>Python's <c>bool</c> of the value.</summary>
    public virtual bool IsTrue(RenderState state) => Evaluate(state).IsTrue;

    /// <summary>Prints the value to the output.</summary>
    public virtual void Write(RenderState state) => state.Write(state.Text(Evaluate(state)));

    /// <summary>Whether Jinja2 computes it while it compiles, wherever it stands; filters and tests only where it knows whether output is escaped.</summary>
    public bool IsConstant => Folds(filters: false);

    /// <summary>The same, where it knows that.</summary>
    public bool IsFoldable => Folds(filters: true);

    private bool Folds(bool filters) => this switch
    {
        TextExpression or ConstantExpression => true,
        FilterExpression or TestExpression => filters && Children.All(c => c.Folds(filters)),
        ListExpression or MapExpression or SumExpression or ConcatenationExpression or ArithmeticExpression or SignExpression or NotExpression or LogicalExpression
            or ComparisonExpression or ConditionalExpression => Children.All(c => c.Folds(filters)),
        _ => false,
    };

    /// <summary>The nodes directly below.</summary>
    public virtual IEnumerable<Expression> Children => [];

    /// <summary>This node and all below.</summary>
    public IEnumerable<Expression> Descendants() => Children.SelectMany(c => c.Descendants()).Prepend(this);
}
