using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What <c>namespace()</c> makes: the only value that templates can change.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly List<(Value? Key, string? Name, Value Value)> _fields;
    private bool _printing;

    /// <param name="fields">The first fields; keys that are no text are kept, but cannot be read.</param>
    public NamespaceValue(MapValue fields)
    {
        _fields = new(fields.Length);
        foreach (var (key, value) in fields.Entries) _fields.Add((key, (key as TextValue)?.Text, value));
    }

    /// <param name="fields">The first fields, each name once.</param>
    public NamespaceValue(IReadOnlyList<KeyValuePair<string, Value>> fields)
    {
        _fields = new(fields.Count);
        foreach (var (name, value) in fields) _fields.Add((null, name, value));
    }

    public override string TypeName => "Namespace";

    public void Set(string name, Value value)
    {
        var at = _fields.FindIndex(f => f.Name == name);
        if (at < 0) _fields.Add((null, name, value));
        else _fields[at] = _fields[at] with { Value = value };
    }

    public override Value? Attribute(string name)
    {
        if (name.StartsWith('_')) return null; // the sandbox hides them
        foreach (var field in _fields)
            if (field.Name == name) return field.Value;
        return null;
    }

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        output.Append("<Namespace ", here);
        var run = here;
        if (_printing) output.Append("{...}", here);
        else AppendFields(output, run);
        output.Append(">", here);
    }

    /// <summary>A namespace may hold itself: printed inside of itself, it is cut off as Python does.</summary>
    private void AppendFields(TextBuilder output, RenderedSpan run)
    {
        _printing = true;
        new MapValue([.. _fields.Select(f => KeyValuePair.Create(f.Key ?? TextValue.Of(f.Name!, run), f.Value))]).AppendRepr(output, run);
        _printing = false;
    }
}
