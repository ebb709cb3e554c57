namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Python counts code points, .NET UTF-16 units; they differ only in text with surrogate pairs.</summary>
internal static class CodePoints
{
    public static bool AreUnits(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    public static int Count(string text) => AreUnits(text) ? text.Length : CountSlow(text);

    /// <summary>The UTF-16 offset of a code-point index in 0..count.</summary>
    public static int ToUnit(string text, int index)
    {
        if (AreUnits(text)) return index;
        var at = 0;
        for (; index > 0; index--) at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return at;
    }

    /// <summary>The code-point index of a UTF-16 offset.</summary>
    public static int FromUnit(string text, int offset) => AreUnits(text) ? offset : CountSlow(text[..offset]);

    /// <summary>UTF-16 offsets of all code points, and the length at the end.</summary>
    public static int[] Offsets(string text)
    {
        var offsets = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i += i + 1 < text.Length && char.IsSurrogatePair(text, i) ? 2 : 1) offsets.Add(i);
        offsets.Add(text.Length);
        return [.. offsets];
    }

    private static int CountSlow(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
            if (!(char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]))) count++;
        return count;
    }
}
