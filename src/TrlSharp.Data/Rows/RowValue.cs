using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TrlSharp.Rows;

/// <summary>
/// An immutable JSON-like value: what a row holds, what a chat template reads. Key order is kept, integers are exact at any size,
/// and integers stay apart from reals, because a template prints <c>1</c> and <c>1.0</c> differently.
/// </summary>
public sealed class RowValue
{
    private const int LinearLimit = 12;

    private readonly object? _value;

    private RowValue(RowValueKind kind, object? value) => (Kind, _value) = (kind, value);

    /// <summary>JSON <c>null</c>.</summary>
    public static RowValue Null { get; } = new(RowValueKind.Null, null);

    /// <summary><c>true</c>.</summary>
    public static RowValue True { get; } = new(RowValueKind.Boolean, true);

    /// <summary><c>false</c>.</summary>
    public static RowValue False { get; } = new(RowValueKind.Boolean, false);

    /// <summary>Which of the accessors below is valid.</summary>
    public RowValueKind Kind { get; }

    /// <summary>Whether this is JSON <c>null</c>.</summary>
    public bool IsNull => Kind == RowValueKind.Null;

    /// <summary>The truth value of a <see cref="RowValueKind.Boolean"/>.</summary>
    public bool Boolean => (bool)Expect(RowValueKind.Boolean);

    /// <summary>The value of a <see cref="RowValueKind.Integer"/>.</summary>
    public BigInteger Integer => (BigInteger)Expect(RowValueKind.Integer);

    /// <summary>The value of a <see cref="RowValueKind.Real"/>.</summary>
    public double Real => (double)Expect(RowValueKind.Real);

    /// <summary>The text of a <see cref="RowValueKind.String"/>.</summary>
    public string Text => _value as string ?? (string)Expect(RowValueKind.String);

    /// <summary>The elements of a <see cref="RowValueKind.List"/>.</summary>
    public IReadOnlyList<RowValue> Items => (IReadOnlyList<RowValue>)Expect(RowValueKind.List);

    /// <summary>The entries of a <see cref="RowValueKind.Map"/>, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, RowValue>> Fields => FieldsOf(Expect(RowValueKind.Map));

    /// <summary>The same, for loops over many maps.</summary>
    internal ReadOnlySpan<KeyValuePair<string, RowValue>> FieldSpan => SpanOf(FieldsOf(Expect(RowValueKind.Map)));

    /// <summary>A boolean.</summary>
    public static RowValue Of(bool value) => value ? True : False;

    /// <summary>An exact integer.</summary>
    public static RowValue Of(BigInteger value) => new(RowValueKind.Integer, value);

    /// <summary>A real number. NaN and infinities are allowed here; JSON input never holds them.</summary>
    public static RowValue Of(double value) => new(RowValueKind.Real, value);

    /// <summary>A string.</summary>
    public static RowValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(RowValueKind.String, value);
    }

    /// <summary>A list; the caller hands it over and does not change it any more.</summary>
    public static RowValue List(params IReadOnlyList<RowValue> items) => new(RowValueKind.List, items);

    /// <summary>A map in the given order; the caller hands the list over.</summary>
    /// <exception cref="DataException">A key occurs twice.</exception>
    public static RowValue Map(params IReadOnlyList<KeyValuePair<string, RowValue>> fields)
    {
        fields = fields is KeyValuePair<string, RowValue>[] or List<KeyValuePair<string, RowValue>> ? fields : fields.ToArray();
        if (fields.Count > LinearLimit) return new(RowValueKind.Map, new IndexedFields(fields));
        var span = SpanOf(fields);
        for (var i = 1; i < span.Length; i++)
            for (var j = 0; j < i; j++)
                if (span[i].Key == span[j].Key) throw Duplicate(span[i].Key);
        return new(RowValueKind.Map, fields);
    }

    /// <summary>A map from tuples: <c>RowValue.MapOf(("role", RowValue.Of("user")))</c>.</summary>
    public static RowValue MapOf(params IReadOnlyList<(string Key, RowValue Value)> fields) =>
        Map([.. fields.Select(f => KeyValuePair.Create(f.Key, f.Value))]);

    /// <summary>The field of a map, or null when this is no map or has no such key. A present JSON <c>null</c> is returned as such.</summary>
    public RowValue? Find(string key)
    {
        if (Kind != RowValueKind.Map) return null;
        if (_value is IndexedFields indexed) return indexed.Find(key);
        foreach (var field in SpanOf((IReadOnlyList<KeyValuePair<string, RowValue>>)_value!))
            if (field.Key == key) return field.Value;
        return null;
    }

    /// <summary>Like <see cref="Find"/>, as a test.</summary>
    public bool TryFind(string key, [NotNullWhen(true)] out RowValue? value) => (value = Find(key)) is not null;

    /// <summary>The same map with one field replaced in place, or appended.</summary>
    public RowValue With(string key, RowValue value)
    {
        var fields = new List<KeyValuePair<string, RowValue>>(Fields);
        var at = fields.FindIndex(f => f.Key == key);
        if (at < 0) fields.Add(KeyValuePair.Create(key, value));
        else fields[at] = KeyValuePair.Create(key, value);
        return Map(fields);
    }

    /// <summary>The same map without one field.</summary>
    public RowValue Without(string key) => Map([.. Fields.Where(f => f.Key != key)]);

    /// <summary>Whether two values are the same JSON: kinds, order of lists, keys of maps in any order. An integer never equals a real.</summary>
    public bool ValueEquals(RowValue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other)) return true;
        if (Kind != other.Kind) return false;
        return Kind switch
        {
            RowValueKind.List => Items.Count == other.Items.Count && Items.Zip(other.Items).All(pair => pair.First.ValueEquals(pair.Second)),
            RowValueKind.Map => Fields.Count == other.Fields.Count && Fields.All(f => other.Find(f.Key) is { } value && f.Value.ValueEquals(value)),
            _ => Equals(_value, other._value),
        };
    }

    /// <summary>One JSON text, as a data set holds it.</summary>
    /// <exception cref="DataException">Malformed JSON, a duplicate key, an unpaired surrogate, or nesting deeper than 256; the message holds the byte position.</exception>
    public static RowValue Parse(ReadOnlySpan<byte> utf8) => RowJson.Parse(utf8);

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static RowValue Parse(string json) => RowJson.Parse(System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>Compact JSON. <see cref="Parse(string)"/> gives an equal value back.</summary>
    public override string ToString() => RowJson.Write(this);

    private object Expect(RowValueKind kind) => Kind == kind
        ? _value!
        : throw new InvalidOperationException($"The value is a {Kind}, not a {kind}.");

    private static IReadOnlyList<KeyValuePair<string, RowValue>> FieldsOf(object map) =>
        map is IndexedFields indexed ? indexed.Fields : (IReadOnlyList<KeyValuePair<string, RowValue>>)map;

    private static ReadOnlySpan<KeyValuePair<string, RowValue>> SpanOf(IReadOnlyList<KeyValuePair<string, RowValue>> fields) =>
        fields is List<KeyValuePair<string, RowValue>> list ? CollectionsMarshal.AsSpan(list) : (KeyValuePair<string, RowValue>[])fields;

    private static DataException Duplicate(string key) => new($"The key \"{key}\" occurs twice in one object; remove one of the two.");

    /// <summary>Fields of a map that is too wide to be searched one by one; narrow maps are their array or list of fields itself.</summary>
    private sealed class IndexedFields
    {
        private readonly Dictionary<string, RowValue> _index;

        public IndexedFields(IReadOnlyList<KeyValuePair<string, RowValue>> fields)
        {
            (Fields, _index) = (fields, new(fields.Count, StringComparer.Ordinal));
            foreach (var field in SpanOf(fields))
                if (!_index.TryAdd(field.Key, field.Value)) throw Duplicate(field.Key);
        }

        public IReadOnlyList<KeyValuePair<string, RowValue>> Fields { get; }

        public RowValue? Find(string key) => _index.GetValueOrDefault(key);
    }
}
