using System.Globalization;
using System.Text;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class TimeFormat
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            var unpadded = format[i] == '-' && i + 1 < format.Length;
            if (unpadded) i++;
            var field = Field(time, format[i]);
            if (field is null) text.Append('%').Append(unpadded ? "-" : "").Append(format[i]);
            else text.Append(unpadded ? Unpad(field) : field);
        }

        return text.ToString();
    }

    private static string Unpad(string field)
    {
        var trimmed = field.TrimStart('0', ' ');
        return trimmed.Length > 0 ? trimmed : "0";
    }

    private static string? Field(DateTime t, char code) => code switch
    {
        'a' => Invariant(t, "ddd"),
        'A' => Invariant(t, "dddd"),
        'b' or 'h' => Invariant(t, "MMM"),
        'B' => Invariant(t, "MMMM"),
        'c' => Invariant(t, "ddd MMM ") + t.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + Invariant(t, " HH:mm:ss yyyy"),
        'C' => Two(t.Year / 100),
        'd' => Two(t.Day),
        'D' or 'x' => Invariant(t, "MM'/'dd'/'yy"),
        'e' => t.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'f' => Invariant(t, "ffffff"),
        'F' => Invariant(t, "yyyy-MM-dd"),
        'g' => Two(ISOWeek.GetYear(t) % 100),
        'G' => ISOWeek.GetYear(t).ToString("0000", CultureInfo.InvariantCulture),
        'H' => Two(t.Hour),
        'I' => Two(((t.Hour + 11) % 12) + 1),
        'j' => t.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'k' => t.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'l' => (((t.Hour + 11) % 12) + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'm' => Two(t.Month),
        'M' => Two(t.Minute),
        'n' => "\n",
        'p' => t.Hour < 12 ? "AM" : "PM",
        'P' => t.Hour < 12 ? "am" : "pm",
        'r' => $"{Two(((t.Hour + 11) % 12) + 1)}:{Two(t.Minute)}:{Two(t.Second)} {(t.Hour < 12 ? "AM" : "PM")}",
        'R' => Invariant(t, "HH:mm"),
        's' => ((long)(t - DateTime.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture),
        'S' => Two(t.Second),
        't' => "\t",
        'T' or 'X' => Invariant(t, "HH:mm:ss"),
        'u' => (t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'U' => Two((t.DayOfYear + 6 - (int)t.DayOfWeek) / 7),
        'V' => Two(ISOWeek.GetWeekOfYear(t)),
        'w' => ((int)t.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'W' => Two((t.DayOfYear + 6 - (((int)t.DayOfWeek + 6) % 7)) / 7),
        'y' => Two(t.Year % 100),
        'Y' => t.Year.ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "",
        '%' => "%",
        _ => null,
    };

    private static string Invariant(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Two(int number) => number.ToString("D2", CultureInfo.InvariantCulture);
}
