using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Attributes and methods of <c>int</c>, <c>bool</c> and <c>float</c>.</summary>
internal static class NumberMethods
{
    /// <param name="number">An int or bool.</param>
    /// <param name="value">Its value.</param>
    /// <param name="name">The attribute.</param>
    public static Value? Bind(Value number, BigInteger value, string name) => name switch
    {
        "real" or "numerator" => number is BooleanValue ? new IntegerValue(value) : number,
        "imag" => IntegerValue.Of(0),
        "denominator" => IntegerValue.Of(1),
        "bit_length" => Method(name, () => IntegerValue.Of((long)BigInteger.Abs(value).GetBitLength())),
        "bit_count" => Method(name, () => IntegerValue.Of(Ones(BigInteger.Abs(value)))),
        "conjugate" => Method(name, () => new IntegerValue(value)),
        "as_integer_ratio" => Method(name, () => ListValue.Pair(new IntegerValue(value), IntegerValue.Of(1))),
        _ => null,
    };

    /// <summary>Those of a float.</summary>
    public static Value? Bind(FloatValue number, string name) => name switch
    {
        "real" => number,
        "imag" => new FloatValue(0),
        "conjugate" => Method(name, () => number),
        "is_integer" => Method(name, () => BooleanValue.Of(double.IsInteger(number.Value))),
        "as_integer_ratio" => Method(name, () => Ratio(number.Value)),
        _ => null,
    };

    private static FunctionValue Method(string name, Func<Value> body) => new(name, (_, arguments) =>
    {
        arguments.Bind(0);
        return body();
    });

    private static long Ones(BigInteger value)
    {
        long ones = 0;
        foreach (var part in value.ToByteArray()) ones += BitOperations.PopCount(part);
        return ones;
    }

    private static ListValue Ratio(double value)
    {
        if (!double.IsFinite(value)) throw EvaluationException.Runtime(string.Create(CultureInfo.InvariantCulture, $"cannot convert {value} to integer ratio"));
        var bits = 0;
        for (; !double.IsInteger(value); bits++) value *= 2;
        return ListValue.Pair(new IntegerValue(new BigInteger(value)), new IntegerValue(BigInteger.One << bits));
    }
}
