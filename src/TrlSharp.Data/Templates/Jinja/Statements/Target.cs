using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>What can stand left of <c>=</c> or after <c>for</c>: a name, <c>ns.name</c>, or a tuple of these.</summary>
/// <param name="name">The variable; null for a tuple.</param>
/// <param name="member">The field of a namespace; null for none.</param>
/// <param name="parts">The parts of a tuple; null for none.</param>
internal sealed class Target(string? name, string? member = null, IReadOnlyList<Target>? parts = null)
{
    private Place _place;

    public string? Name => name;

    public string? Field => member;

    /// <summary>The variables that are bound.</summary>
    public IEnumerable<string> Names => parts is not null ? parts.SelectMany(p => p.Names) : member is null ? [name!] : [];

    public Target Copy() => new(name, member, parts is null ? null : [.. parts.Select(p => p.Copy())]);

    public void Declare(Symbols symbols)
    {
        foreach (var part in parts ?? []) part.Declare(symbols);
        if (member is not null) symbols.Read(name!);
        else if (name is not null) symbols.Assign(name);
    }

    public void DeclareParameters(Symbols symbols)
    {
        foreach (var variable in Names) symbols.Parameter(variable);
    }

    public void Bind(Symbols symbols)
    {
        foreach (var part in parts ?? []) part.Bind(symbols);
        if (name is not null) _place = symbols[name];
    }

    public void Assign(RenderState state, Value value)
    {
        if (parts is not null) Unpack(state, value, parts);
        else if (member is null) state.Set(_place, value);
        else if (state.Find(_place) is NamespaceValue space) space.Set(member, value);
        else throw EvaluationException.Runtime("cannot assign attribute on non-namespace object");
    }

    private static void Unpack(RenderState state, Value value, IReadOnlyList<Target> parts)
    {
        if (!value.IsIterable) throw EvaluationException.Runtime($"cannot unpack non-iterable {value.TypeName} object");
        var values = value is ListValue list ? list.Items : [.. value.Iterate().Take(parts.Count + 1)];
        if (values.Length != parts.Count)
            throw EvaluationException.Runtime(values.Length > parts.Count ? $"too many values to unpack (expected {parts.Count})" : $"not enough values to unpack (expected {parts.Count}, got {values.Length})");
        for (var i = 0; i < values.Length; i++) parts[i].Assign(state, values[i]);
    }
}
