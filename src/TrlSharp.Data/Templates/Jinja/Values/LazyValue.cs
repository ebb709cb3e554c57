using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>A Python generator (true even when empty, without length, consumed once) or a dictionary view (with length, iterable again).</summary>
/// <param name="items">The elements.</param>
/// <param name="typeName"><c>generator</c>, <c>dict_items</c> …</param>
/// <param name="isView">A view, not a generator.</param>
internal sealed class LazyValue(IEnumerable<Value> items, string typeName = "generator", bool isView = false) : Value
{
    private readonly IEnumerator<Value>? _once = isView ? null : items.GetEnumerator();
    private readonly List<Value>? _all = isView ? [.. items] : null;

    /// <summary>A generator whose arguments are looked at when the first element is asked for, so that mistakes in them show only then.</summary>
    public static LazyValue Deferred(Func<IEnumerable<Value>> items)
    {
        return new(Run());

        IEnumerable<Value> Run()
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            foreach (var item in items()) yield return item;
        }
    }

    public override string TypeName => typeName;

    public override bool IsTrue => _all is null || _all.Count > 0;

    public override bool IsIterable => true;

    public bool IsView => _all is not null;

    /// <summary>A view that Python compares as a set: of keys or of entries.</summary>
    public bool IsSet => IsView && typeName is "dict_keys" or "dict_items";

    public override long Weight => 1 + (_all?.Count ?? 0);

    public override int Length => _all?.Count ?? base.Length;

    public override Value? Attribute(string name) => name != "isdisjoint" || !IsSet ? null : new FunctionValue(name, (state, arguments) =>
    {
        var elements = _all!.ToHashSet(ValueEquality.Instance);
        foreach (var other in arguments.Positions(1, 1)[0]!.Iterate())
        {
            state.Step();
            ValueEquality.RequireHashable(other);
            if (elements.Contains(other)) return BooleanValue.Of(false);
        }

        return BooleanValue.Of(true);
    });

    public override IEnumerable<Value> Iterate() => _all ?? Remaining();

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        if (_all is null) throw EvaluationException.Refused($"printing a {typeName} (Python prints a memory address); add |list");
        output.Append(typeName + "(", here);
        new ListValue([.. _all]).AppendRepr(output, here);
        output.Append(")", here);
    }

    private IEnumerable<Value> Remaining()
    {
        while (true)
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack(); // generators over generators
            if (!_once!.MoveNext()) yield break;
            yield return _once.Current;
        }
    }
}
