using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Attributes that exist in Python but that the immutable sandbox hides: using one is an error, as in Jinja2.</summary>
internal static class Sandbox
{
    private static readonly string[] ListChanges = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
    private static readonly string[] MapChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    public static bool Forbids(Value value, string name) => name.StartsWith("__", StringComparison.Ordinal) || value switch
    {
        ListValue { IsTuple: false } => ListChanges.Contains(name),
        MapValue => MapChanges.Contains(name),
        _ => false,
    };

    /// <summary>Attributes that undefined values have too: hidden, so that reading one gives another undefined value instead of a failure.</summary>
    public static bool IsInternal(string name) => name is "__class__" or "__doc__" or "__module__" or "__init__" or "__new__" or "__dir__" or "__eq__" or "__ne__" or "__lt__" or "__le__" or "__gt__" or "__ge__"
        or "__hash__" or "__str__" or "__repr__" or "__format__" or "__len__" or "__iter__" or "__bool__" or "__int__" or "__float__" or "__call__" or "__getitem__" or "__getattribute__" or "__getattr__"
        or "__setattr__" or "__delattr__" or "__reduce__" or "__reduce_ex__" or "__sizeof__" or "__subclasshook__" or "__init_subclass__";

    public static UndefinedValue Unsafe(Value value, string name) =>
        new($"access to attribute '{name}' of '{value.TypeName}' object is unsafe: templates cannot change values or reach the host", TemplateFault.Unsupported);
}
