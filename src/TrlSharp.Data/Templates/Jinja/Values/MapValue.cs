using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>dict</c>: ordered, keys of any hashable kind. One of the data makes its values when they are read.</summary>
internal sealed class MapValue : Value
{
    private const int LinearLimit = 8;
    private DataMap _data;
    private IReadOnlyList<KeyValuePair<Value, Value>>? _entries;
    private Dictionary<Value, Value>? _index;
    private long _weight;

    /// <param name="entries">In order; a later entry of an equal key has already replaced the earlier.</param>
    public MapValue(IReadOnlyList<KeyValuePair<Value, Value>> entries) => _entries = entries;

    /// <inheritdoc cref="DataMap.Begin"/>
    public MapValue(RowValue data, OriginKind kind, int message, string path) => _data.Begin(data, kind, message, path);

    public static MapValue Empty { get; } = new([]);

    public IReadOnlyList<KeyValuePair<Value, Value>> Entries => _entries ??= _data.Entries();

    /// <summary>Index of the message that this map is; −1 when it is none.</summary>
    public int Message => _data.Message;

    public override string TypeName => "dict";

    public override bool IsTrue => Length > 0;

    public override Origin? Source => _data.Exists ? _data.Origin : null;

    public override bool IsIterable => true;

    public override long Weight => _weight > 0 ? _weight : _weight = Sum();

    public override int Length => _data.Exists ? _data.Count : Entries.Count;

    private Dictionary<Value, Value>? Index => _index ??= Entries.Count > LinearLimit ? new(Entries, ValueEquality.Instance) : null;

    /// <summary>A map of possibly repeated keys: the last value counts, at the place of the first.</summary>
    public static MapValue From(RenderState state, IEnumerable<KeyValuePair<Value, Value>> entries)
    {
        const int CostOfEntry = 16;
        var order = new List<KeyValuePair<Value, Value>>();
        Dictionary<Value, int>? places = null; // few are looked through
        foreach (var entry in entries)
        {
            state.Charge(CostOfEntry);
            state.Touch(entry.Key);
            ValueEquality.RequireHashable(entry.Key);
            if (Place(order, places, entry.Key) is >= 0 and var place)
            {
                order[place] = KeyValuePair.Create(order[place].Key, entry.Value);
                continue;
            }

            order.Add(entry);
            if (places is not null) places.Add(entry.Key, order.Count - 1);
            else if (order.Count > LinearLimit) places = Enumerable.Range(0, order.Count).ToDictionary(i => order[i].Key, ValueEquality.Instance);
        }

        return new(order);
    }

    private static int Place(List<KeyValuePair<Value, Value>> order, Dictionary<Value, int>? places, Value key)
    {
        if (places is not null) return places.TryGetValue(key, out var found) ? found : -1;
        for (var i = 0; i < order.Count; i++)
            if (ValueEquality.Instance.Equals(order[i].Key, key)) return i;
        return -1;
    }

    /// <summary>The value of a text key, without making a text value.</summary>
    public Value? Find(string key)
    {
        if (_data.Exists) return _data.Find(key);
        if (Index is { } index) return index.GetValueOrDefault(new TextValue(key, []));
        foreach (var entry in Entries)
            if (entry.Key is TextValue text && text.Text == key) return entry.Value;
        return null;
    }

    public override Value? Item(Value key)
    {
        if (key is TextValue text) return Find(text.Text);
        if (!ValueEquality.IsHashable(key)) return null;
        if (Index is { } index) return index.GetValueOrDefault(key);
        foreach (var entry in Entries)
            if (ValueEquality.Instance.Equals(entry.Key, key)) return entry.Value;
        return null;
    }

    private long Sum()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var sum = 1 + (long)Length;
        if (!_data.Exists)
            foreach (var (key, value) in Entries) sum = Total(Total(sum, key), value);
        return sum;
    }

    public override IEnumerable<Value> Iterate() => Entries.Select(e => e.Key);

    public override Value? Attribute(string name) => MapMethods.Bind(this, name);

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var frame = At(here, Source, 1);
        output.Append("{", frame);
        for (var i = 0; i < Entries.Count; i++)
        {
            if (i > 0) output.Append(", ", frame);
            Entries[i].Key.AppendRepr(output, frame);
            output.Append(": ", frame);
            Entries[i].Value.AppendRepr(output, here);
        }

        output.Append("}", frame);
    }
}
