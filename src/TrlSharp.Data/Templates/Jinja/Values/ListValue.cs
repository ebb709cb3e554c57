using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>list</c> and <c>tuple</c>. Templates cannot change either.</summary>
internal sealed class ListValue(Value[] items, bool tuple = false, Origin? source = null) : Value
{
    private long _weight;

    public Value[] Items { get; } = items;

    public bool IsTuple { get; } = tuple;

    public override string TypeName => IsTuple ? "tuple" : "list";

    public override bool IsTrue => Items.Length > 0;

    public override Origin? Source => source;

    public override bool IsIterable => true;

    public override long Weight => _weight > 0 ? _weight : _weight = Sum();

    public override int Length => Items.Length;

    private long Sum()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var sum = 1 + (long)Items.Length;
        if (source is null)
            foreach (var item in Items) sum = Total(sum, item);
        return sum;
    }

    public static ListValue Pair(Value first, Value second) => new([first, second], tuple: true);

    /// <summary>What <c>groupby</c> gives: a tuple whose elements also have names.</summary>
    public static ListValue Group(Value grouper, ListValue list) => new([grouper, list], tuple: true) { IsGroup = true };

    private bool IsGroup { get; init; }

    public override IEnumerable<Value> Iterate() => Items;

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var frame = At(here, source, 1);
        output.Append(IsTuple ? "(" : "[", frame);
        for (var i = 0; i < Items.Length; i++)
        {
            if (i > 0) output.Append(", ", frame);
            Items[i].AppendRepr(output, here);
        }

        if (IsTuple && Items.Length == 1) output.Append(",", frame);
        output.Append(IsTuple ? ")" : "]", frame);
    }

    public override Value? Attribute(string name) => IsGroup && name is "grouper" or "list" ? Items[name == "list" ? 1 : 0] : ListMethods.Bind(this, name);

    public override Value? Item(Value key)
    {
        if (Numbers.AsIndex(key) is not { } index) return null;
        if (index < 0) index += Items.Length;
        return index >= 0 && index < Items.Length ? Items[(int)index] : null;
    }
}
