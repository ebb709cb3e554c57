using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>A node that gives a value.</summary>
internal abstract class Expression
{
    public abstract Value Evaluate(RenderState state);

    /// <summary>The nodes directly below.</summary>
    public virtual IEnumerable<Expression> Children => [];

    /// <summary>This node and all below.</summary>
    public IEnumerable<Expression> Descendants() => Children.SelectMany(c => c.Descendants()).Prepend(this);
}
