using System.Runtime.CompilerServices;
using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Scoping;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>
/// The part of a <see cref="MapValue"/> that is a map of the conversation, tools, documents or variables. Its values are made once, when they are first
/// read: a template reads few.
/// </summary>
internal struct DataMap
{
    private RowValue? _data;
    private string _path;
    private int _message;
    private OriginKind _kind;
    private FewValues _few; // nearly all maps have few fields, whose values then need no array
    private Slot[]? _many;
    private Dictionary<string, int>? _places;
    private Origin? _origin;

    /// <summary>Sets, once, what the map is of. Done in place: a copy of all the values that are not there yet would cost as much as the map.</summary>
    /// <param name="data">The map.</param>
    /// <param name="kind">What the data are.</param>
    /// <param name="message">Index of the message that the map belongs to; −1 for none.</param>
    /// <param name="path">Path of the map below the message or variable.</param>
    public void Begin(RowValue data, OriginKind kind, int message, string path) => (_data, _path, _message, _kind) = (data, path, message, kind);

    /// <summary>Whether there is any; a map that was computed has none.</summary>
    public readonly bool Exists => _data is not null;

    public readonly int Count => _data!.FieldSpan.Length;

    public Origin Origin => _origin ??= Origins.Of(_kind, _message, _path);

    /// <summary>Index of the message that the map is; −1 when it is none.</summary>
    public readonly int Message => Exists && IsMessage ? _message : -1;

    private readonly bool IsMessage => _path.Length == 0 && _kind == OriginKind.Data;

    public Value? Find(string key)
    {
        const int LinearLimit = 12;
        var fields = _data!.FieldSpan;
        if (fields.Length > LinearLimit) return (_places ??= Places()).TryGetValue(key, out var place) ? At(fields, place) : null;
        for (var i = 0; i < fields.Length; i++)
            if (fields[i].Key == key) return At(fields, i);
        return null;
    }

    public KeyValuePair<Value, Value>[] Entries()
    {
        var entries = new KeyValuePair<Value, Value>[Count];
        var fields = _data!.FieldSpan;
        for (var i = 0; i < entries.Length; i++) entries[i] = KeyValuePair.Create<Value, Value>(DataValues.Text(fields[i].Key, Origin), At(fields, i));
        return entries;
    }

    private Value At(ReadOnlySpan<KeyValuePair<string, RowValue>> fields, int place)
    {
        if (fields.Length > FewValues.Length) return (_many ??= new Slot[fields.Length])[place].Value ??= Make(fields[place]);
        return _few[place] ??= Make(fields[place]);
    }

    private readonly Value Make(in KeyValuePair<string, RowValue> field) => DataValues.Of(field.Value, _kind, _message, IsMessage ? field.Key : Below(field.Key));

    private readonly string Below(string key) => $"{_path}.{key}";

    private readonly Dictionary<string, int> Places()
    {
        var places = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        foreach (var field in _data!.FieldSpan) places.Add(field.Key, places.Count);
        return places;
    }

    [InlineArray(Length)]
    private struct FewValues
    {
        public const int Length = 3;
        private Value? _first;
    }
}
