using System.Runtime.CompilerServices;
using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Scoping;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>
/// The part of a <see cref="MapValue"/> that is a map of the conversation, tools, documents or variables. Its values are made once, when they are first
/// read: a template reads few.
/// </summary>
/// <param name="data">The map.</param>
/// <param name="kind">What the data are.</param>
/// <param name="message">Index of the message that the map belongs to; −1 for none.</param>
/// <param name="path">Path of the map below the message or variable.</param>
internal struct DataMap(RowValue data, OriginKind kind, int message, string path)
{
    private readonly IReadOnlyList<KeyValuePair<string, RowValue>>? _fields = data.Fields;
    private FewValues _few; // nearly all maps have few fields, whose values then need no array
    private Slot[]? _many;
    private Dictionary<string, int>? _places;
    private Origin? _origin;

    /// <summary>Whether there is any; a map that was computed has none.</summary>
    public readonly bool Exists => _fields is not null;

    public readonly int Count => _fields!.Count;

    public Origin Origin => _origin ??= Origins.Of(kind, message, path);

    /// <summary>Index of the message that the map is; −1 when it is none.</summary>
    public readonly int Message => Exists && IsMessage ? message : -1;

    private readonly bool IsMessage => path.Length == 0 && kind == OriginKind.Data;

    public Value? Find(string key) => Place(key) is >= 0 and var place ? At(place) : null;

    public KeyValuePair<Value, Value>[] Entries()
    {
        var entries = new KeyValuePair<Value, Value>[Count];
        for (var i = 0; i < entries.Length; i++) entries[i] = KeyValuePair.Create<Value, Value>(DataValues.Text(_fields![i].Key, Origin), At(i));
        return entries;
    }

    private Value At(int place)
    {
        if (Count > FewValues.Length) return (_many ??= new Slot[Count])[place].Value ??= Make(place);
        return _few[place] ??= Make(place);
    }

    private readonly Value Make(int place)
    {
        var (key, value) = _fields![place];
        return DataValues.Of(value, kind, message, IsMessage ? key : $"{path}.{key}");
    }

    private int Place(string key)
    {
        const int LinearLimit = 12;
        var fields = _fields!;
        var count = fields.Count;
        if (count > LinearLimit) return (_places ??= Places()).GetValueOrDefault(key, -1);
        for (var i = 0; i < count; i++)
            if (fields[i].Key == key) return i;
        return -1;
    }

    private readonly Dictionary<string, int> Places()
    {
        var places = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (var i = 0; i < Count; i++) places.Add(_fields![i].Key, i);
        return places;
    }

    [InlineArray(Length)]
    private struct FewValues
    {
        public const int Length = 3;
        private Value? _first;
    }
}
