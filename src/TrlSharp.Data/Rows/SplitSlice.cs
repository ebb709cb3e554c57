using System.Globalization;
using System.Text.RegularExpressions;

namespace TrlSharp.Rows;

/// <summary>
/// A split with a part of its rows, as the datasets library writes it: <c>train[100:200]</c>, <c>train[:10%]</c>, <c>test[-50:]</c>. Percentages are
/// rounded to the nearest row, halves to the even one.
/// </summary>
internal sealed partial record SplitSlice(string? Name, SplitSlice.Boundary From, SplitSlice.Boundary To)
{
    /// <summary>Where a slice begins or ends.</summary>
    /// <param name="Value">Rows, or percent of them; negative ones count from the end; null: the beginning or the end.</param>
    /// <param name="IsPercent">Whether it is a percentage.</param>
    internal readonly record struct Boundary(long? Value, bool IsPercent)
    {
        /// <summary>Whether it depends on how many rows there are.</summary>
        public bool IsRelative => IsPercent || Value < 0;

        /// <summary>The row among <paramref name="count"/>.</summary>
        public long Row(long count, long absent)
        {
            if (Value is not { } value) return absent;
            if (IsPercent) value = (long)Math.Round(value * (double)count / 100);
            return Math.Clamp(value < 0 ? count + value : value, 0, count);
        }
    }

    /// <summary>Whether these are all rows.</summary>
    public bool IsWhole => From.Value is null && To.Value is null;

    /// <summary>Whether the rows must be counted first.</summary>
    public bool NeedsCount => From.IsRelative || To.IsRelative;

    /// <summary>Reads what a user wrote as split; null is the split that is the default.</summary>
    /// <exception cref="ConfigException">What stands in brackets is no slice.</exception>
    public static SplitSlice Parse(string? split)
    {
        if (split is null || !split.Contains('[', StringComparison.Ordinal)) return new(split, default, default);
        if (Form().Match(split) is not { Success: true } match)
            throw new ConfigException($"split: {split} is no split with a part of its rows. Write train[100:200], train[:10%] or train[-50:].");
        var (from, to) = (Read(match.Groups["from"].Value, split), Read(match.Groups["to"].Value, split));
        return new(match.Groups["name"].Value is { Length: > 0 } name ? name : null, from, to);
    }

    private static Boundary Read(string text, string split)
    {
        if (text.Length == 0) return default;
        var isPercent = text.EndsWith('%');
        if (!long.TryParse(text.TrimEnd('%'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            throw new ConfigException($"split: {split}: {text} is too large for a number of rows.");
        if (isPercent && value is < -100 or > 100) throw new ConfigException($"split: {split}: {text} is not between -100% and 100%.");
        return new(value, isPercent);
    }

    [GeneratedRegex(@"^(?<name>[^\[\]]*)\[\s*(?<from>-?[0-9]+%?)?\s*:\s*(?<to>-?[0-9]+%?)?\s*\]$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
