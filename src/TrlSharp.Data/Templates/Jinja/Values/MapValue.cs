using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>dict</c>: ordered, keys of any hashable kind.</summary>
/// <param name="entries">In order; a later entry of an equal key has already replaced the earlier.</param>
/// <param name="message">Index of the message that this map is; −1 when it is none.</param>
/// <param name="source">The field it was read from.</param>
internal sealed class MapValue(IReadOnlyList<KeyValuePair<Value, Value>> entries, int message = -1, Origin? source = null) : Value
{
    private const int LinearLimit = 8;
    private readonly Dictionary<Value, Value>? _index = entries.Count > LinearLimit ? new(entries, ValueEquality.Instance) : null;

    private long _weight;

    public IReadOnlyList<KeyValuePair<Value, Value>> Entries { get; } = entries;

    public int Message { get; } = message;

    public override string TypeName => "dict";

    public override bool IsTrue => Entries.Count > 0;

    public override Origin? Source => source;

    public override bool IsIterable => true;

    public override long Weight => _weight > 0 ? _weight : _weight = Sum();

    public override int Length => Entries.Count;

    /// <summary>A map of possibly repeated keys: the last value counts, at the place of the first.</summary>
    public static MapValue From(IEnumerable<KeyValuePair<Value, Value>> entries)
    {
        var order = new List<KeyValuePair<Value, Value>>();
        var places = new Dictionary<Value, int>(ValueEquality.Instance);
        foreach (var entry in entries)
        {
            ValueEquality.RequireHashable(entry.Key);
            if (places.TryGetValue(entry.Key, out var place)) order[place] = KeyValuePair.Create(order[place].Key, entry.Value);
            else
            {
                places.Add(entry.Key, order.Count);
                order.Add(entry);
            }
        }

        return new(order);
    }

    /// <summary>The value of a text key, without making a text value.</summary>
    public Value? Find(string key)
    {
        if (_index is not null) return _index.GetValueOrDefault(new TextValue(key, []));
        foreach (var entry in Entries)
            if (entry.Key is TextValue text && text.Text == key) return entry.Value;
        return null;
    }

    public override Value? Item(Value key)
    {
        if (key is TextValue text) return Find(text.Text);
        if (!ValueEquality.IsHashable(key)) return null;
        if (_index is not null) return _index.GetValueOrDefault(key);
        foreach (var entry in Entries)
            if (ValueEquality.Instance.Equals(entry.Key, key)) return entry.Value;
        return null;
    }

    private long Sum()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var sum = 1 + (long)Entries.Count;
        if (source is null)
            foreach (var (key, value) in Entries) sum = Total(Total(sum, key), value);
        return sum;
    }

    public override IEnumerable<Value> Iterate() => Entries.Select(e => e.Key);

    public override Value? Attribute(string name) => MapMethods.Bind(this, name);

    public override void AppendRepr(TextBuilder output, in Run here)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var frame = At(here, source, 1);
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
