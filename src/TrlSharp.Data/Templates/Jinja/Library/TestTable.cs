using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Jinja2's tests: <c>x is name(argument)</c>.</summary>
internal static class TestTable
{
    private static readonly Dictionary<string, Func<Value, Value?, bool>> Tests = new(StringComparer.Ordinal)
    {
        ["defined"] = (x, _) => x is not UndefinedValue,
        ["undefined"] = (x, _) => x is UndefinedValue,
        ["none"] = (x, _) => x is NoneValue,
        ["boolean"] = (x, _) => x is BooleanValue,
        ["true"] = (x, _) => x is BooleanValue { IsTrue: true },
        ["false"] = (x, _) => x is BooleanValue { IsTrue: false },
        ["integer"] = (x, _) => x is IntegerValue,
        ["float"] = (x, _) => x is FloatValue,
        ["number"] = (x, _) => x is IntegerValue or FloatValue or BooleanValue,
        ["string"] = (x, _) => x is TextValue,
        ["mapping"] = (x, _) => x is MapValue,
        ["sequence"] = (x, _) => x is TextValue or ListValue or MapValue or RangeValue or BytesValue or UndefinedValue,
        ["iterable"] = (x, _) => x.IsIterable,
        ["callable"] = (x, _) => x is CallableValue or LoopValue or UndefinedValue,
        ["escaped"] = (x, _) => x is TextValue { IsMarkup: true },
        ["lower"] = (x, _) => TextClasses.IsLower(x.ToText(default).Text),
        ["upper"] = (x, _) => TextClasses.IsUpper(x.ToText(default).Text),
        ["odd"] = (x, _) => Remainder(x, IntegerValue.Of(2)) is { } r && ValueEquality.Instance.Equals(r, IntegerValue.Of(1)),
        ["even"] = (x, _) => Remainder(x, IntegerValue.Of(2)) is { IsTrue: false },
        ["divisibleby"] = (x, y) => !Remainder(x, y!).IsTrue,
        ["eq"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.Equal, x, y!),
        ["ne"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.NotEqual, x, y!),
        ["lt"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.Less, x, y!),
        ["le"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.LessOrEqual, x, y!),
        ["gt"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.Greater, x, y!),
        ["ge"] = (x, y) => ComparisonExpression.Holds(ComparisonOperator.GreaterOrEqual, x, y!),
        ["in"] = (x, y) => ComparisonExpression.Contains(y!, x),
        ["sameas"] = (x, y) => Same(x, y!),
        ["filter"] = (x, _) => IsName(x, FilterTable.Exists),
        ["test"] = (x, _) => IsName(x, Exists),
    };

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["equalto"] = "eq", ["=="] = "eq", ["!="] = "ne", ["<"] = "lt", ["lessthan"] = "lt", ["<="] = "le", [">"] = "gt", ["greaterthan"] = "gt", [">="] = "ge",
    };

    private static readonly string[] Binary = ["divisibleby", "eq", "ne", "lt", "le", "gt", "ge", "in", "sameas"];

    public static bool Exists(string name) => Tests.ContainsKey(name) || Aliases.ContainsKey(name);

    public static string Unknown(string name) =>
        $"no test named '{name}'" + (NearestName.Find(name, Tests.Keys) is { } near ? $"; did you mean '{near}'?" : "");

    /// <summary>A test of what kind a value is, which looks at nothing of its content; null when it is another.</summary>
    public static Func<Value, Value?, bool>? Plain(string name) => IsPlain(name) ? Tests[name] : null;

    private static bool IsPlain(string name) => name is "defined" or "undefined" or "none" or "string" or "mapping" or "iterable" or "sequence";

    public static bool Apply(RenderState state, string name, Arguments arguments)
    {
        name = Aliases.GetValueOrDefault(name, name);
        if (!Tests.TryGetValue(name, out var test)) throw EvaluationException.Runtime(Unknown(name));
        if (!IsPlain(name)) state.Touch(arguments.Positional[0]);
        var bound = Binary.Contains(name) ? arguments.Bind(2, "value", "other") : arguments.Bind(1, "value");
        if (name is "divisibleby" or "odd" or "even" && bound[0] is TextValue format)
        {
            PercentFormat.Apply(state, format, bound.Length > 1 ? bound[1]! : IntegerValue.Of(2)); // for texts, x % y writes y into x, and no text is a number
            return false;
        }

        return test(bound[0]!, bound.Length > 1 ? bound[1] : null);
    }

    private static bool IsName(Value value, Func<string, bool> exists)
    {
        ValueEquality.RequireHashable(value);
        return value is TextValue name && exists(name.Text);
    }

    private static Value Remainder(Value x, Value y)
    {
        if (y is UndefinedValue undefined) throw undefined.Fail();
        return Arithmetic.Remainder(x, y);
    }

    private static bool Same(Value x, Value y) => ReferenceEquals(x, y) || (x, y) switch
    {
        (BooleanValue a, BooleanValue b) => a.IsTrue == b.IsTrue,
        (NoneValue, NoneValue) => true,
        (IntegerValue a, IntegerValue b) => a.Value == b.Value && a.Value >= -5 && a.Value <= 256,
        _ => false,
    };
}
