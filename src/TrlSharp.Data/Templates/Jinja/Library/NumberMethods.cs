using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
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
        "to_bytes" => new FunctionValue(name, (state, arguments) => ToBytes(state, value, arguments)),
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
        "hex" => new FunctionValue(name, (state, arguments) =>
        {
            arguments.Bind(0);
            return TextValue.Of(Hex(number.Value), state.Run);
        }),
        _ => null,
    };

    private static FunctionValue Method(string name, Func<Value> body) => new(name, (_, arguments) =>
    {
        arguments.Bind(0);
        return body();
    });

    /// <summary><c>int.to_bytes(length=1, byteorder='big', *, signed=False)</c>.</summary>
    private static BytesValue ToBytes(RenderState state, BigInteger value, Arguments arguments)
    {
        if (arguments.Positional.Length > 2) throw EvaluationException.Runtime($"to_bytes() takes at most 2 positional arguments ({arguments.Positional.Length} given)");
        var bound = arguments.Bind(0, "length", "byteorder", "signed");
        var length = bound[0] is { } given ? Numbers.Argument(given, "to_bytes") : 1;
        var order = bound[1] is { } named ? TextMethods.Text(named, "byteorder").Text : "big";
        var signed = bound[2]?.IsTrue ?? false;
        if (order is not ("big" or "little")) throw EvaluationException.Runtime("byteorder must be either 'little' or 'big'");
        if (length < 0) throw EvaluationException.Runtime("length argument must be non-negative");
        if (value.Sign < 0 && !signed) throw EvaluationException.Runtime("can't convert negative int to unsigned");
        state.Charge(length);
        var needed = value.IsZero ? 0 : value.GetByteCount(isUnsigned: !signed);
        if (needed > length) throw EvaluationException.Runtime("int too big to convert");
        var bytes = new byte[length];
        if (value.Sign < 0) Array.Fill(bytes, (byte)0xFF);
        if (needed > 0) value.TryWriteBytes(bytes, out _, isUnsigned: !signed);
        if (order == "big") Array.Reverse(bytes);
        return new(bytes);
    }

    /// <summary><c>float.hex</c>: the bits of the mantissa as hexadecimal digits.</summary>
    private static string Hex(double value)
    {
        if (!double.IsFinite(value)) return FloatValue.Repr(value);
        const int MantissaBits = 52, Bias = 1023;
        var bits = BitConverter.DoubleToInt64Bits(value);
        var (exponent, mantissa) = ((int)(bits >> MantissaBits) & 0x7FF, bits & ((1L << MantissaBits) - 1));
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0x0.0p+0";
        var power = exponent == 0 ? 1 - Bias : exponent - Bias;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}0x{(exponent == 0 ? 0 : 1)}.{mantissa:x13}p{(power < 0 ? "" : "+")}{power}");
    }

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
