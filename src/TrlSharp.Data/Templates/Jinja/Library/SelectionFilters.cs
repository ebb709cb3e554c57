using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary><c>map</c>, <c>select</c>, <c>reject</c>, <c>selectattr</c>, <c>rejectattr</c>: generators, true even when empty.</summary>
internal static class SelectionFilters
{
    /// <summary>What an element costs, and a character that becomes a text of its own.</summary>
    public const int CostOfElement = 16, CostOfCharacter = 64;

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
    public static Func<Value, Value> Getter(RenderState state, Value attribute, Value? fallback = null)
    {
        Value[] parts = attribute is TextValue text
            ? [.. text.Text.Split('.').Select(p => p.Length > 0 && p.All(char.IsAsciiDigit) ? (Value)new IntegerValue(System.Numerics.BigInteger.Parse(p, System.Globalization.CultureInfo.InvariantCulture)) : TextValue.Of(p, default))]
            : attribute is NoneValue ? [] : [attribute];
        return value =>
        {
            foreach (var part in parts)
            {
                state.Touch(part);
                value = ItemExpression.Get(value, part);
                if (value is UndefinedValue && fallback is not (null or NoneValue)) value = fallback;
            }

            return value;
        };
    }

    private static LazyValue Map(RenderState state, Arguments arguments)
    {
        if (arguments.Positional.Length == 0) throw EvaluationException.Runtime("map is missing its input");
        var source = arguments.Positional[0];
        return LazyValue.Deferred(() => source.IsTrue ? Counted(state, source).Select(Mapping(state, arguments)) : []);
    }

    private static Func<Value, Value> Mapping(RenderState state, Arguments arguments)
    {
        if (arguments.Positional.Length == 1 && arguments.Named.Any(n => n.Key == "attribute"))
        {
            var bound = arguments.Bind(1, "value", "attribute", "default");
            return Getter(state, bound[1]!, bound[2]);
        }

        if (arguments.Positional.Length < 2) throw EvaluationException.Runtime("map requires a filter argument");
        return item =>
        {
            // Looked for only when there is an element, as Jinja2 does.
            var name = TextMethods.Text(arguments.Positional[1], "map").Text;
            return FilterTable.Apply(state, name, arguments with { Function = name, Positional = [item, .. arguments.Positional.Skip(2)] });
        };
    }

    private static LazyValue Select(RenderState state, Arguments arguments, bool keep, bool byAttribute)
    {
        if (arguments.Positional.Length == 0) throw EvaluationException.Runtime("select is missing its input");
        var source = arguments.Positional[0];
        return LazyValue.Deferred(() =>
        {
            if (!source.IsTrue) return [];
            var test = Selection(state, arguments, byAttribute);
            return Counted(state, source).Where(v => test(v) == keep);
        });
    }

    private static Func<Value, bool> Selection(RenderState state, Arguments arguments, bool byAttribute)
    {
        var at = byAttribute ? 2 : 1;
        if (byAttribute && arguments.Positional.Length < 2) throw EvaluationException.Runtime("Missing parameter for attribute name");
        var getter = byAttribute ? Getter(state, arguments.Positional[1]) : v => v;
        if (arguments.Positional.Length <= at) return v => getter(v).IsTrue;
        return v =>
        {
            var name = TextMethods.Text(arguments.Positional[at], "select").Text;
            return TestTable.Apply(state, name, arguments with { Function = name, Positional = [getter(v), .. arguments.Positional.Skip(at + 1)] });
        };
    }

    /// <summary>The elements, each a few steps of work.</summary>
    public static IEnumerable<Value> Counted(RenderState state, Value source)
    {
        var cost = source is TextValue ? CostOfCharacter : CostOfElement;
        foreach (var item in source.Iterate())
        {
            state.Step();
            state.Charge(cost);
            yield return item;
        }
    }

    private static Value Attribute(Value?[] bound)
    {
        var name = TextMethods.Text(bound[1]!, "attr").Text;
        if (bound[0] is UndefinedValue undefined && !Sandbox.IsInternal(name)) throw undefined.Fail();
        return bound[0]!.Attribute(name) ?? (Sandbox.Forbids(bound[0]!, name) ? Sandbox.Unsafe(bound[0]!, name) : UndefinedValue.Member(bound[0]!, name));
    }
}
