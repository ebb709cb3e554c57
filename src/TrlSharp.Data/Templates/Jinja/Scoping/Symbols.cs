using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>
/// The variables of one block, found before it runs, by the rules of Jinja2's <c>idtracking</c>: a name that is assigned anywhere in a block belongs
/// to it from its start. It begins as the variable of that name outside if there is one, else as the context's if it is read first or assigned in some
/// branches only, else undefined. Blocks nested in it see it from then on, even before it is assigned.
/// </summary>
internal sealed class Symbols
{
    private readonly Symbols? _parent;
    private readonly Dictionary<string, int> _slots;
    private readonly Dictionary<string, Load> _loads;
    private readonly HashSet<string> _stores;

    private Symbols? _template;

    private Symbols(FunctionScope function, Symbols? parent, Dictionary<string, int> slots, Dictionary<string, Load> loads, HashSet<string> stores) =>
        (Function, _parent, _slots, _loads, _stores) = (function, parent, slots, loads, stores);

    /// <summary>How a variable begins.</summary>
    private enum Load
    {
        Parameter,
        Outer,
        Context,
        Undefined,
    }

    public FunctionScope Function { get; }

    /// <summary>The variables of the template itself.</summary>
    public Symbols Template => _template ?? _parent?.Template ?? this;

    public static Symbols Root() => Root(new(null, new()));

    private static Symbols Root(FunctionScope function) => new(function, null, new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    /// <summary>A block inside.</summary>
    /// <param name="function">When it is a function of its own.</param>
    public Symbols Inner(FunctionScope? function = null) => new(function ?? Function, this, new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    /// <summary>Those of a <c>{% block %}</c>, which sees nothing of what is around it but by <see cref="BlockLayout"/>.</summary>
    public Symbols Block(FunctionScope function)
    {
        var block = Root(function);
        block._template = Template;
        return block;
    }

    public void Declare(IEnumerable<Statement> body)
    {
        foreach (var statement in body) statement.Declare(this);
    }

    public static void Bind(Symbols symbols, IEnumerable<Statement> body)
    {
        foreach (var statement in body) statement.Bind(symbols);
    }

    /// <summary>Names read by an expression.</summary>
    public void Read(Expression expression)
    {
        foreach (var name in expression.Descendants().OfType<NameExpression>()) Read(name.Name);
    }

    public void Read(string name)
    {
        if (Owner(name) is null) Define(name, Load.Context);
    }

    public void Assign(string name)
    {
        _stores.Add(name);
        if (!_loads.ContainsKey(name)) Define(name, _parent?.Owner(name) is null ? Load.Undefined : Load.Outer);
    }

    public void Parameter(string name)
    {
        _stores.Add(name);
        Define(name, Load.Parameter);
    }

    /// <summary>The branches of an <c>if</c>: a name that only some of them assign begins as what it was outside.</summary>
    public void Branches(params IReadOnlyList<Action<Symbols>> branches)
    {
        var copies = branches.Select(_ => new Symbols(Function, _parent, _slots, new(_loads, StringComparer.Ordinal), new(_stores, StringComparer.Ordinal))).ToList();
        for (var i = 0; i < copies.Count; i++) branches[i](copies[i]);
        var assigned = copies.SelectMany(c => c._stores.Where(s => !_stores.Contains(s))).CountBy(name => name, StringComparer.Ordinal).ToList();
        foreach (var copy in copies)
        {
            foreach (var (name, load) in copy._loads) _loads[name] = load;
            _stores.UnionWith(copy._stores);
        }

        foreach (var (name, count) in assigned)
            if (count < copies.Count) _loads[name] = _parent?.Owner(name) is null ? Load.Context : Load.Outer;
    }

    /// <summary>Where a name is found by code in this block, once all is declared.</summary>
    public Place this[string name] => Owner(name) is { } owner ? owner.PlaceOf(name, Function) : Function.Context[name];

    public void Bind(Expression expression)
    {
        foreach (var name in expression.Descendants().OfType<NameExpression>()) name.Place = this[name.Name];
    }

    public FrameLayout Layout() => new([.. _loads.Where(l => l.Value != Load.Parameter && !IsContexts(l.Key)).Select(l => (_slots[l.Key], l.Value switch
    {
        Load.Outer => _parent!.Owner(l.Key)!.PlaceOf(l.Key, Function),
        Load.Context => Function.Context[l.Key],
        _ => (Place?)null,
    }, (Place?)null))]);

    /// <summary>What a block's variables hold when it is entered from <paramref name="around"/>: what is assigned there, else what the context holds.</summary>
    public FrameLayout BlockLayout(Symbols around, FunctionScope function) => new([.. _loads.Where(l => l.Value == Load.Context).Select(l => (
        _slots[l.Key], around.Assigned(l.Key, function) ?? around.Template.Assigned(l.Key, function), (Place?)Function.Context[l.Key]))]);

    private Place? Assigned(string name, FunctionScope from)
    {
        for (var symbols = this; symbols is not null; symbols = symbols._parent)
            if (symbols._stores.Contains(name)) return symbols.PlaceOf(name, from);
        return null;
    }

    private Symbols? Owner(string name)
    {
        for (var symbols = this; symbols is not null; symbols = symbols._parent)
            if (symbols._loads.ContainsKey(name)) return symbols;
        return null;
    }

    private Place PlaceOf(string name, FunctionScope from) => IsContexts(name) ? Function.Context[name] : new(from.Up(Function), _slots[name]);

    /// <summary>Never assigned here: read where the context keeps it.</summary>
    private bool IsContexts(string name) => _template is null && _loads[name] == Load.Context && !_stores.Contains(name);

    private void Define(string name, Load load)
    {
        if (!_slots.ContainsKey(name)) _slots.Add(name, Function.NewSlot());
        _loads[name] = load;
    }
}
