using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>int</c>: any size.</summary>
internal sealed class IntegerValue(BigInteger value, Origin? source = null) : Value
{
    // Python refuses to print longer ones: converting takes quadratic time.
    private const int MaxDigits = 4300;
    private static readonly BigInteger Printable = BigInteger.Pow(10, MaxDigits);
    private static readonly IntegerValue[] Lowest = [.. Enumerable.Range(0, 256).Select(i => new IntegerValue(i))];

    public BigInteger Value { get; } = value;

    /// <summary>The value where it is small, as nearly all are: computing with these needs no BigInteger.</summary>
    public int? Small { get; } = value >= int.MinValue && value <= int.MaxValue ? (int)value : null;

    public override string TypeName => "int";

    public override long Weight => 1 + Value.GetBitLength() / 3;

    public override bool IsTrue => !Value.IsZero;

    public override Origin? Source => source;

    public static IntegerValue Of(long value) => (ulong)value < (ulong)Lowest.Length ? Lowest[value] : new(value);

    public override Value? Attribute(string name) => NumberMethods.Bind(this, Value, name);

    public override void AppendRepr(TextBuilder output, in Run here)
    {
        var text = Digits(Value);
        output.Append(text, At(here, source, text.Length));
    }

    public static string Digits(BigInteger value) => BigInteger.Abs(value) < Printable
        ? value.ToString(CultureInfo.InvariantCulture)
        : throw EvaluationException.Runtime($"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
}
