using System.Globalization;
using System.Text;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class TimeFormat
{
    private const int MostWidth = 1000;

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

            var start = i++;
            var flags = i;
            while (i < format.Length && format[i] is '-' or '_' or '0' or '^' or '#') i++;
            var width = i;
            while (i < format.Length && char.IsAsciiDigit(format[i])) i++;
            var (chosen, least) = (format[flags..width], i == width ? 0 : int.TryParse(format.AsSpan(width, i - width), out var given) ? given : MostWidth);
            if (i < format.Length && format[i] is 'E' or 'O') i++; // other eras and digits: the C locale has none
            var field = i < format.Length && least < MostWidth ? Field(time, format[i]) : null;
            text.Append(field is null ? format[start..Math.Min(i + 1, format.Length)] : Shown(field, format[i], chosen, least));
        }

        return text.ToString();
    }

    /// <summary>A field with glibc's flags: <c>-</c> no padding, <c>_</c> with spaces, <c>0</c> with zeros, <c>^</c> capitals, <c>#</c> the other case.</summary>
    private static string Shown(string field, char code, string flags, int width)
    {
        foreach (var flag in flags)
            if (flag is '^' or '#') field = flag == '#' && code is 'p' or 'Z' ? field.ToLowerInvariant() : field.ToUpperInvariant();
        var padding = flags.TrimEnd('^', '#') is [.., var last] ? last : '\0';
        var numeric = field.Length > 0 && field.All(c => c == ' ' || char.IsAsciiDigit(c)) && code is not ('n' or 't');
        var length = numeric ? field.Length : 0;
        if (numeric && padding != '\0') field = field.TrimStart('0', ' ') is { Length: > 0 } digits ? digits : "0";
        if (padding == '-') return field;
        var fill = padding == '_' || (padding == '\0' && (!numeric || code is 'e' or 'k' or 'l')) ? ' ' : '0';
        return field.PadLeft(Math.Max(width, length), fill);
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
