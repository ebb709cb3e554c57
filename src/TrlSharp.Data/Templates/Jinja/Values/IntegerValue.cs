using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>int</c>: any size.</summary>
internal sealed class IntegerValue : Value
{
    // Python refuses to print longer ones: converting takes quadratic time.
    private const int MaxDigits = 4300;
    private static readonly BigInteger Printable = BigInteger.Pow(10, MaxDigits);
    private static readonly IntegerValue[] Lowest = [.. Enumerable.Range(0, 256).Select(i => new IntegerValue(i))];

    public IntegerValue(BigInteger value, Origin? source = null)
    {
        (Value, Source) = (value, source);
        if (value >= int.MinValue && value <= int.MaxValue) Small = (int)value;
    }

    private IntegerValue(int value) => (Value, Small) = (value, value);

    public BigInteger Value { get; }

    /// <summary>The value where it is small, as nearly all are: computing with these needs no BigInteger.</summary>
    public int? Small { get; }

    public override string TypeName => "int";

    public override long Weight => Small is not null ? 4 : 1 + (Value.GetBitLength() / 3);

    public override bool IsTrue => Small != 0;

    public override Origin? Source { get; }

    public static IntegerValue Of(long value) => (ulong)value < (ulong)Lowest.Length ? Lowest[value] : value == (int)value ? new((int)value) : new((BigInteger)value);

    public override Value? Attribute(string name) => NumberMethods.Bind(this, Value, name);

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        var text = Digits(Value);
        output.Append(text, At(here, Source, text.Length));
    }

    public static string Digits(BigInteger value) => BigInteger.Abs(value) < Printable
        ? value.ToString(CultureInfo.InvariantCulture)
        : throw EvaluationException.Runtime($"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
}
