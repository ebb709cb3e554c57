using System.Globalization;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>float</c>.</summary>
internal sealed class FloatValue(double value, Origin? source = null) : Value
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;

    public override Origin? Source => source;

    public override Value? Attribute(string name) => NumberMethods.Bind(this, name);

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        var text = Repr(Value);
        output.Append(text, At(here, source, text.Length));
    }

    /// <summary>Python's <c>repr</c>: shortest digits that read back; an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var (sign, digits, exponent) = Decompose(shortest);
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        if (digits.Length <= exponent + 1) return $"{sign}{digits}{new string('0', exponent + 1 - digits.Length)}.0";
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>Significant digits without outer zeros, and the decimal exponent of the first.</summary>
    internal static (string Sign, string Digits, int Exponent) Decompose(string number)
    {
        var sign = number.StartsWith('-') ? "-" : "";
        var body = number[sign.Length..];
        var at = body.IndexOf('E', StringComparison.Ordinal);
        var exponent = at < 0 ? 0 : int.Parse(body[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (at >= 0) body = body[..at];
        var point = body.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? body : body[..point];
        var digits = point < 0 ? body : whole + body[(point + 1)..];
        exponent += whole.Length - 1;
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        return (sign, digits.Length == 0 ? "0" : digits, exponent - leading);
    }
}
