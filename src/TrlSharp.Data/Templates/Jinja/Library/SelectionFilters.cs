using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary><c>map</c>, <c>select</c>, <c>reject</c>, <c>selectattr</c>, <c>rejectattr</c>: generators, true even when empty.</summary>
internal static class SelectionFilters
{
    public static void AddTo(Dictionary<string, Func<RenderState, Arguments, Value>> filters)
    {
        filters["map"] = Map;
        filters["select"] = (s, a) => Select(s, a, keep: true, byAttribute: false);
        filters["reject"] = (s, a) => Select(s, a, keep: false, byAttribute: false);
        filters["selectattr"] = (s, a) => Select(s, a, keep: true, byAttribute: true);
        filters["rejectattr"] = (s, a) => Select(s, a, keep: false, byAttribute: true);
        filters["attr"] = (_, a) => Attribute(a.Bind(2, "obj", "name"));
    }

    /// <summary>Reads a dotted attribute, digits being indices; <paramref name="fallback"/> replaces an undefined result.</summary>
    public static Func<Value, Value> Getter(Value attribute, Value? fallback = null)
    {
        Value[] parts = attribute is TextValue text
            ? [.. text.Text.Split('.').Select(p => p.Length > 0 && p.All(char.IsAsciiDigit) ? (Value)new IntegerValue(System.Numerics.BigInteger.Parse(p, System.Globalization.CultureInfo.InvariantCulture)) : TextValue.Of(p, default))]
            : [attribute];
        return value =>
        {
            foreach (var part in parts)
            {
                value = ItemExpression.Get(value, part);
                if (value is UndefinedValue && fallback is not null) value = fallback;
            }

            return value;
        };
    }

    private static Value Map(RenderState state, Arguments arguments)
    {
        if (arguments.Positional.Count == 1 && arguments.Named.Any(n => n.Key == "attribute"))
        {
            var bound = arguments.Bind(1, "value", "attribute", "default");
            // Keyword arguments only: the second parameter is never positional here.
            return Lazy(state, bound[0]!, Getter(bound[1]!, bound[2]));
        }

        if (arguments.Positional.Count < 2) throw EvaluationException.Runtime("map requires a filter argument");
        var name = TextMethods.Text(arguments.Positional[1], "map").Text;
        if (!FilterTable.Exists(name)) throw EvaluationException.Runtime($"no filter named '{name}'");
        return Lazy(state, arguments.Positional[0], item => FilterTable.Apply(state, name, arguments with { Function = name, Positional = [item, .. arguments.Positional.Skip(2)] }));
    }

    private static Value Select(RenderState state, Arguments arguments, bool keep, bool byAttribute)
    {
        var at = byAttribute ? 2 : 1;
        if (byAttribute && arguments.Positional.Count < 2) throw EvaluationException.Runtime("Missing parameter for attribute name");
        var getter = byAttribute ? Getter(arguments.Positional[1]) : v => v;
        Func<Value, bool> test = v => v.IsTrue;
        if (arguments.Positional.Count > at)
        {
            var name = TextMethods.Text(arguments.Positional[at], "select").Text;
            if (!TestTable.Exists(name)) throw EvaluationException.Runtime(TestTable.Unknown(name));
            test = v => TestTable.Apply(state, name, arguments with { Function = name, Positional = [v, .. arguments.Positional.Skip(at + 1)] });
        }

        var source = arguments.Positional[0];
        return new LazyValue(source.IsTrue ? Filter(state, source.Iterate(), v => test(getter(v)) == keep) : []);
    }

    private static LazyValue Lazy(RenderState state, Value source, Func<Value, Value> map) =>
        new(source.IsTrue ? Filter(state, source.Iterate(), _ => true).Select(map) : []);

    private static IEnumerable<Value> Filter(RenderState state, IEnumerable<Value> items, Func<Value, bool> keep)
    {
        foreach (var item in items)
        {
            state.Step();
            if (keep(item)) yield return item;
        }
    }

    private static Value Attribute(Value?[] bound)
    {
        var name = TextMethods.Text(bound[1]!, "attr").Text;
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        return bound[0]!.Attribute(name) ?? (Sandbox.Forbids(bound[0]!, name) ? Sandbox.Unsafe(bound[0]!, name) : UndefinedValue.Member(bound[0]!, name));
    }
}
