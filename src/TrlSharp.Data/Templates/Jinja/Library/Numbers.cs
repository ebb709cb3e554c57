using System.Numerics;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Values seen as numbers: in Python a <c>bool</c> is an <c>int</c>.</summary>
internal static class Numbers
{
    /// <summary>The integer value of an int or bool, else null.</summary>
    public static BigInteger? AsInteger(Value value) => value switch
    {
        IntegerValue integer => integer.Value,
        BooleanValue boolean => boolean.IsTrue ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    /// <summary>The value of any number as a double, else null.</summary>
    public static double? AsDouble(Value value) => value is FloatValue real ? real.Value : AsInteger(value) is { } integer ? ToDouble(integer) : null;

    /// <summary>An index that fits, else null.</summary>
    public static long? AsIndex(Value value) => value is IntegerValue { Small: { } small } ? small : AsInteger(value) is { } integer ? (long)BigInteger.Clamp(integer, long.MinValue / 2, long.MaxValue / 2) : null;

    public static double ToDouble(BigInteger value)
    {
        var real = Nearest(value);
        return double.IsInfinity(real) ? throw EvaluationException.Runtime("int too large to convert to float") : real;
    }

    /// <summary>The nearest double, ties to even; .NET's own conversion cuts bits off.</summary>
    public static double Nearest(BigInteger value)
    {
        const int Word = 64;
        var magnitude = BigInteger.Abs(value);
        var shift = (int)Math.Max(0, magnitude.GetBitLength() - Word);
        var top = (ulong)(magnitude >> shift);
        if (shift > 0 && !(magnitude & ((BigInteger.One << shift) - 1)).IsZero) top |= 1;
        return value.Sign * Math.ScaleB((double)top, shift);
    }

    /// <summary>An integer argument of a filter or method.</summary>
    public static int Argument(Value value, string what) => value is IntegerValue { Small: { } small } ? small : AsInteger(value) is { } integer
        ? (int)BigInteger.Clamp(integer, int.MinValue, int.MaxValue)
        : throw EvaluationException.Runtime($"{what}: '{value.TypeName}' object cannot be interpreted as an integer");

    /// <summary>Python's <c>int(float)</c>.</summary>
    public static BigInteger Truncate(double value) => double.IsFinite(value)
        ? new BigInteger(Math.Truncate(value))
        : throw EvaluationException.Runtime($"cannot convert float {(double.IsNaN(value) ? "NaN" : "infinity")} to integer");
}
