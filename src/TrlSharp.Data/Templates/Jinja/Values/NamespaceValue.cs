using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What <c>namespace()</c> makes: the only value that templates can change.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly Dictionary<string, Value> _fields = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public void Set(string name, Value value) => _fields[name] = value;

    public override Value? Attribute(string name) => _fields.GetValueOrDefault(name);

    public override Value? Item(Value key) => key is TextValue text ? _fields.GetValueOrDefault(text.Text) : null;

    public override void AppendRepr(TextBuilder output, in Run here)
    {
        output.Append("<Namespace ", here);
        var run = here;
        MapValue.From(_fields.Select(f => KeyValuePair.Create<Value, Value>(TextValue.Of(f.Key, run), f.Value))).AppendRepr(output, here);
        output.Append(">", here);
    }
}
