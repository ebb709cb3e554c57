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

    /// <summary>A name that every Python object has: <c>__class__</c> and the like.</summary>
    public static bool IsInternal(string name) => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);

    public static UndefinedValue Unsafe(Value value, string name) =>
        new($"access to attribute '{name}' of '{value.TypeName}' object is unsafe: templates cannot change values or reach the host", TemplateFault.Unsupported);
}
