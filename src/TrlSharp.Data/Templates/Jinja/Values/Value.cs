using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>A value that a template computes with. The set of kinds is closed, so nothing of the host can be reached.</summary>
internal abstract class Value
{
    /// <summary>Python's name of the type, for messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Python's <c>bool(x)</c>.</summary>
    public virtual bool IsTrue => true;

    /// <summary>The field that the value was read from; null when it was computed.</summary>
    public virtual Origin? Source => null;

    /// <summary>Python's <c>repr(x)</c>, appended with the origins of its parts.</summary>
    public abstract void AppendRepr(TextBuilder output, in RenderedSpan here);

    /// <summary>Python's <c>str(x)</c>.</summary>
    public virtual TextValue ToText(in RenderedSpan here)
    {
        var output = new TextBuilder();
        AppendRepr(output, here);
        return output.ToValue();
    }

    /// <summary>The elements of an iteration.</summary>
    public virtual IEnumerable<Value> Iterate() => throw EvaluationException.Runtime($"'{TypeName}' object is not iterable");

    /// <summary>Python's <c>len(x)</c>.</summary>
    public virtual int Length => throw EvaluationException.Runtime($"object of type '{TypeName}' has no len()");

    /// <summary>
    /// How much work it is to look at all of the value: characters and elements at any depth, counted as often as they would be met. What came with the
    /// conversation counts its elements only. Never negative; as large as can be where sharing makes it explode.
    /// </summary>
    public virtual long Weight => 1;

    /// <summary>Whether the value can be iterated at all.</summary>
    public virtual bool IsIterable => false;

    /// <summary>A bound method or attribute of that name (Python's <c>getattr</c>), or null.</summary>
    public virtual Value? Attribute(string name) => null;

    /// <summary><c>x[key]</c>, or null where Python raises KeyError, IndexError or TypeError.</summary>
    public virtual Value? Item(Value key) => null;

    /// <summary>Sum of weights that stays below half of what a long holds.</summary>
    protected static long Total(long sum, Value more) => Math.Min(sum + more.Weight, long.MaxValue / 2);

    protected static RenderedSpan At(in RenderedSpan here, Origin? source, int length) =>
        source is null ? here.Stretched(length) : new RenderedSpan(0, length, source, 0, length, false, Runs.Unowned, here.GenerationPrompt);
}
