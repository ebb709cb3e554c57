using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Filters on numbers, and <c>default</c>.</summary>
internal static class NumberFilters
{
    public static void AddTo(Dictionary<string, Func<RenderState, Arguments, Value>> filters)
    {
        filters["abs"] = (_, a) => Abs(a.Bind(1, "x")[0]!);
        filters["int"] = (_, a) => ToInteger(a.Bind(1, "value", "default", "base"));
        filters["float"] = (_, a) => ToFloat(a.Bind(1, "value", "default"));
        filters["round"] = (_, a) => Round(a.Bind(1, "value", "precision", "method"));
        filters["sum"] = Sum;
        filters["filesizeformat"] = (s, a) => FileSize(s, a.Bind(1, "value", "binary"));
        filters["default"] = (_, a) =>
        {
            var bound = a.Bind(1, "value", "default_value", "boolean");
            var missing = bound[0] is UndefinedValue || ((bound[2]?.IsTrue ?? false) && !bound[0]!.IsTrue);
            return missing ? bound[1] ?? TextValue.Empty : bound[0]!;
        };
    }

    private static Value Abs(Value value) => value switch
    {
        UndefinedValue undefined => throw undefined.Fail(),
        FloatValue real => new FloatValue(Math.Abs(real.Value)),
        _ => Numbers.AsInteger(value) is { } integer ? new IntegerValue(BigInteger.Abs(integer)) : throw EvaluationException.Runtime($"bad operand type for abs(): '{value.TypeName}'"),
    };

    private static Value ToInteger(Value?[] bound)
    {
        var fallback = bound[1] ?? IntegerValue.Of(0);
        var radix = bound[2] is not { } given ? 10 : Numbers.AsIndex(given) is { } index and >= 0 and <= 36 ? (int)index : 1; // 1 is no base
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        if (Numbers.AsInteger(bound[0]!) is { } integer) return new IntegerValue(integer);
        if (bound[0] is FloatValue real) return double.IsFinite(real.Value) ? new IntegerValue(Numbers.Truncate(real.Value)) : double.IsNaN(real.Value) ? fallback : throw EvaluationException.Runtime("cannot convert float infinity to integer");
        if (bound[0] is not TextValue text) return fallback;
        if (PythonNumbers.ParseInteger(text.Text, radix) is { } parsed) return new IntegerValue(parsed);
        return PythonNumbers.ParseFloat(text.Text) is { } floating && double.IsFinite(floating) ? new IntegerValue(Numbers.Truncate(floating)) : fallback;
    }

    private static Value ToFloat(Value?[] bound)
    {
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        var fallback = bound[1] ?? new FloatValue(0);
        if (Numbers.AsDouble(bound[0]!) is { } number) return new FloatValue(number);
        return bound[0] is TextValue text && PythonNumbers.ParseFloat(text.Text) is { } parsed ? new FloatValue(parsed) : fallback;
    }

    private static Value Round(Value?[] bound)
    {
        var whole = bound[1] is NoneValue && bound[2] is null or TextValue { Text: "common" }; // round(x, None) gives an integer
        var precision = bound[1] is { } given && !whole ? Numbers.Argument(given, "round") : 0;
        var method = bound[2] is { } name ? TextMethods.Text(name, "round").Text : "common";
        if (method is not ("common" or "ceil" or "floor")) throw EvaluationException.Runtime("method must be common, ceil or floor");
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        if (method == "common" && Numbers.AsInteger(bound[0]!) is { } integer) return new IntegerValue(RoundInteger(integer, precision));
        var value = Numbers.AsDouble(bound[0]!) ?? throw EvaluationException.Runtime($"type {bound[0]!.TypeName} doesn't define __round__ method");
        if (whole && bound[0] is FloatValue) return new IntegerValue(double.IsFinite(value) ? Numbers.Truncate(Math.Round(value, MidpointRounding.ToEven)) : throw EvaluationException.Runtime("cannot convert float infinity or NaN to integer"));
        if (method == "common") return new FloatValue(PythonNumbers.Round(value, precision));
        var scale = Math.Pow(10, precision);
        var cut = method == "ceil" ? Math.Ceiling(value * scale) : Math.Floor(value * scale);
        return double.IsFinite(cut) ? new FloatValue((cut + 0.0) / scale) : throw EvaluationException.Runtime("cannot convert float infinity or NaN to integer"); // an integer in between: no negative zero
    }

    private static BigInteger RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0) return value;
        var unit = BigInteger.Pow(10, Math.Min(-precision, 1000));
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven)) quotient += 1;
        return value.Sign * quotient * unit;
    }

    private static Value Sum(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "iterable", "attribute", "start");
        var items = bound[0]!.Iterate();
        if (bound[1] is not (null or NoneValue)) items = items.Select(SelectionFilters.Getter(state, bound[1]!));
        var sum = bound[2] ?? IntegerValue.Of(0);
        if (sum is TextValue) throw EvaluationException.Runtime("sum() can't sum strings [use ''.join(seq) instead]");
        foreach (var item in items)
        {
            state.Step();
            sum = Arithmetic.Apply(state, ArithmeticOperator.Add, sum, item);
        }

        return sum;
    }

    private static TextValue FileSize(RenderState state, Value?[] bound)
    {
        var binary = bound[1]?.IsTrue ?? false;
        var bytes = Numbers.AsDouble(bound[0]!) ?? (bound[0] is TextValue text ? PythonNumbers.ParseFloat(text.Text) : null)
            ?? throw EvaluationException.Runtime($"could not convert {bound[0]!.TypeName} to float");
        var unit = binary ? 1024.0 : 1000.0;
        string[] names = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        if (bytes == 1) return TextValue.Of("1 Byte", state.Run);
        if (bytes < unit) return TextValue.Of(string.Create(CultureInfo.InvariantCulture, $"{Whole(bytes)} Bytes"), state.Run);
        for (var i = 0; i < names.Length; i++)
            if (bytes < Math.Pow(unit, i + 2) || i == names.Length - 1) return TextValue.Of($"{Tenths(unit * bytes / Math.Pow(unit, i + 2))} {names[i]}", state.Run);
        return TextValue.Empty;
    }

    private static BigInteger Whole(double value) => double.IsFinite(value) ? new(value) : throw EvaluationException.Runtime("cannot convert float infinity to integer");

    private static string Tenths(double value) => double.IsFinite(value) ? PythonNumbers.Fixed(value, 1) : FloatValue.Repr(value);
}
