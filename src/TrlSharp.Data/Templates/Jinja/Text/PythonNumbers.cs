using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Python's conversions between numbers and text.</summary>
internal static partial class PythonNumbers
{
    private const int MaxDigits = 4300;

    /// <summary><c>int(text, radix)</c>, or null where Python raises ValueError.</summary>
    public static BigInteger? ParseInteger(string text, int radix)
    {
        var body = Trim(text);
        var negative = body.StartsWith('-');
        if (negative || body.StartsWith('+')) body = body[1..];
        if (radix == 0)
        {
            radix = body.Length > 1 && body[0] == '0' ? char.ToLowerInvariant(body[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 } : 10;
            if (radix == 10 && body.StartsWith('0') && body.AsSpan().IndexOfAnyExcept('0', '_') >= 0) return null; // 010 is no number
        }

        if (radix is < 2 or > 36) return null;
        var prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        if (prefix.Length > 0 && body.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) body = body[2..].TrimStart('_');
        if (body.Length is 0 or > MaxDigits || body[0] == '_' || body[^1] == '_' || body.Contains("__", StringComparison.Ordinal)) return null;
        var value = BigInteger.Zero;
        foreach (var c in body)
        {
            if (c == '_') continue;
            var digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix) return null;
            value = (value * radix) + digit;
        }

        return negative ? -value : value;
    }

    /// <summary>Decimal digits of any script as 0 to 9.</summary>
    public static string AsciiDigits(string text) => System.Text.Ascii.IsValid(text) ? text
        : string.Create(text.Length, text, (all, from) =>
        {
            for (var i = 0; i < all.Length; i++) all[i] = char.IsDigit(from[i]) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(from[i])) : from[i];
        });

    /// <summary><c>float(text)</c>, or null where Python raises ValueError.</summary>
    public static double? ParseFloat(string text)
    {
        var body = AsciiDigits(Trim(text));
        if (FloatPattern.IsMatch(body)) return double.Parse(body.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture);
        return body.TrimStart('+').ToLowerInvariant() switch
        {
            "inf" or "infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" or "-nan" => double.NaN,
            _ => null,
        };
    }

    /// <summary><c>round(value, digits)</c>: correctly rounded decimal digits, ties by the exact binary value.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 22) return value;
        if (digits < -308) return 0 * value;
        if (digits >= 0) return double.Parse(Fixed(value, digits), NumberStyles.Float, CultureInfo.InvariantCulture);
        var unit = Math.Pow(10, -digits);
        return Math.Round(value / unit, MidpointRounding.ToEven) * unit;
    }

    /// <summary>C's <c>%.nf</c>: exact decimal expansion, half to even on exact ties.</summary>
    public static string Fixed(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent++;
        else mantissa |= 1L << 52;
        exponent -= 1075;
        var scaled = mantissa * BigInteger.Pow(10, digits);
        if (exponent >= 0) scaled <<= exponent;
        else
        {
            var divisor = BigInteger.One << -exponent;
            scaled = BigInteger.DivRem(scaled, divisor, out var rest);
            var twice = rest * 2;
            if (twice > divisor || (twice == divisor && !scaled.IsEven)) scaled += 1;
        }

        var text = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        if (digits > 0) text = $"{text[..^digits]}.{text[^digits..]}";
        return double.IsNegative(value) ? "-" + text : text;
    }

    /// <summary>C's <c>%.ne</c>: exact decimal expansion, half to even on exact ties.</summary>
    public static string Scientific(double value, int digits)
    {
        const int MostDigits = 767; // of any double, written out
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0" + (digits > 0 ? "." + new string('0', digits) : "") + "e+00";
        var exact = Math.Abs(value).ToString(string.Create(CultureInfo.InvariantCulture, $"E{MostDigits - 1}"), CultureInfo.InvariantCulture);
        var at = exact.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(exact[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var all = exact[..at].Replace(".", "", StringComparison.Ordinal).PadRight(digits + 1, '0');
        var (kept, rest) = (BigInteger.Parse(all[..(digits + 1)], CultureInfo.InvariantCulture), all[(digits + 1)..].TrimEnd('0'));
        if (rest.Length > 0 && (rest[0] > '5' || (rest[0] == '5' && (rest.Length > 1 || !kept.IsEven)))) kept++;
        var text = kept.ToString(CultureInfo.InvariantCulture);
        if (text.Length > digits + 1) (text, exponent) = (text[..^1], exponent + 1);
        return $"{sign}{text[0]}{(digits > 0 ? "." + text[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("D2", CultureInfo.InvariantCulture)}";
    }

    /// <summary>C's <c>%.ng</c>.</summary>
    public static string General(double value, int digits, bool keepZeros)
    {
        digits = Math.Max(digits, 1);
        if (value == 0) return (double.IsNegative(value) ? "-0" : "0") + (keepZeros ? "." + new string('0', digits - 1) : "");
        var scientific = Scientific(value, digits - 1);
        var at = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var (mantissa, suffix) = exponent < -4 || exponent >= digits ? (scientific[..at], scientific[at..]) : (Fixed(value, digits - 1 - exponent), "");
        if (!keepZeros && mantissa.Contains('.', StringComparison.Ordinal)) mantissa = mantissa.TrimEnd('0').TrimEnd('.');
        return (keepZeros ? Pointed(mantissa) : mantissa) + suffix;
    }

    /// <summary>With a decimal point after the digits, as the flag <c>#</c> asks for.</summary>
    public static string Pointed(string number)
    {
        if (number.Contains('.', StringComparison.Ordinal)) return number;
        var end = 0;
        while (end < number.Length && (char.IsAsciiDigit(number[end]) || number[end] is '+' or '-' or ',' or '_')) end++;
        return number.Insert(end, ".");
    }

    /// <summary>Digits of a value not below zero in base 2, 8 or 16.</summary>
    public static string Radix(BigInteger value, int bits)
    {
        const int HexBits = 4;
        if (value.IsZero) return "0";
        var hex = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        if (bits == HexBits) return hex;
        var binary = string.Concat(hex.Select(c => Convert.ToString(Convert.ToInt32(c.ToString(), 16), 2).PadLeft(HexBits, '0'))).TrimStart('0');
        if (bits == 1) return binary;
        binary = binary.PadLeft((binary.Length + bits - 1) / bits * bits, '0');
        return string.Concat(Enumerable.Range(0, binary.Length / bits).Select(i => (char)('0' + Convert.ToInt32(binary.Substring(i * bits, bits), 2))));
    }

    /// <summary>A number of digits asked for; as many as a double can make use of many times over are enough.</summary>
    public static int? Precision(int? digits) => digits > MaxDigits ? throw EvaluationException.Budget($"a precision of {digits}; at most {MaxDigits} digits are made") : digits;

    private static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && PythonText.IsSpace(text[start])) start++;
        while (end > start && PythonText.IsSpace(text[end - 1])) end--;
        return text[start..end];
    }

    [GeneratedRegex(@"^[+-]?([0-9](_?[0-9])*(\.([0-9](_?[0-9])*)?)?|\.[0-9](_?[0-9])*)(e[+-]?[0-9](_?[0-9])*)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern { get; }
}
