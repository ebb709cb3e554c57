namespace TrlSharp.Tokenization.Unicode;

/// <summary>A set of code points from <c>character-sets.txt</c>, which says where each comes from.</summary>
internal sealed class CharacterSet
{
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    private CharacterSet(string name)
    {
        var ranges = UnicodeData.Lines("character-sets.txt").Where(line => line[0] == name).ToArray();
        _firsts = [.. ranges.Select(line => UnicodeData.CodePoint(line[1]))];
        _lasts = [.. ranges.Select(line => UnicodeData.CodePoint(line[2]))];
    }

    public static CharacterSet Punctuation { get; } = new("punctuation");

    public static CharacterSet BertRemoved { get; } = new("removed");

    public static CharacterSet NonSpacingMarks { get; } = new("nonspacing");

    public static CharacterSet CombiningMarks { get; } = new("combining");

    public static CharacterSet ExtraNumbers { get; } = new("numeric");

    public bool Contains(int codePoint)
    {
        var at = Array.BinarySearch(_firsts, codePoint);
        if (at >= 0) return true;
        at = ~at - 1;
        return at >= 0 && codePoint <= _lasts[at];
    }
}
