namespace TrlSharp.Tokenization.Files;

/// <summary>
/// Numbers as serde_json reads them by default: up to 19 significant digits, then one multiplication or division by a power of ten. The last
/// bit can differ from the nearest double, and with it a tie between two segmentations.
/// </summary>
internal static class SerdeNumber
{
    public static double Parse(ReadOnlySpan<byte> number)
    {
        var negative = number[0] == '-';
        var (significand, exponent, at) = (0UL, 0, negative ? 1 : 0);
        var (fraction, full) = (false, false);
        for (; at < number.Length && number[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (number[at] == '.')
            {
                fraction = true;
                continue;
            }

            var digit = (ulong)(number[at] - '0');
            full = full || significand > (ulong.MaxValue - digit) / 10;
            if (!full) significand = (significand * 10) + digit;
            if (fraction && !full) exponent--;
            if (!fraction && full) exponent++;
        }

        if (at < number.Length) exponent = Clamp(exponent + (long)Exponent(number[(at + 1)..]));
        var value = Scale(significand, exponent);
        return negative ? -value : value;
    }

    private static double Scale(ulong significand, int exponent)
    {
        var value = (double)significand;
        for (; exponent < -308 && value != 0; exponent += 308) value /= 1e308;
        if (value == 0) return 0;
        return exponent < 0 ? value / PowerOfTen(-exponent) : exponent > 308 ? double.PositiveInfinity : value * PowerOfTen(exponent);
    }

    private static double PowerOfTen(int exponent) =>
        double.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"1e{exponent}"), System.Globalization.CultureInfo.InvariantCulture);

    private static int Exponent(ReadOnlySpan<byte> digits)
    {
        var negative = digits[0] == '-';
        long value = 0;
        foreach (var d in digits)
            if (d is >= (byte)'0' and <= (byte)'9') value = Math.Min(1_000_000, (value * 10) + d - '0');
        return (int)(negative ? -value : value);
    }

    private static int Clamp(long exponent) => (int)Math.Clamp(exponent, -1_000_000, 1_000_000);
}
