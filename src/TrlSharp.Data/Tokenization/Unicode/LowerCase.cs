namespace TrlSharp.Tokenization.Unicode;

/// <summary>Full lower case of single characters, without context: İ becomes two characters, Σ always σ.</summary>
internal static class LowerCase
{
    private static readonly Dictionary<int, int[]> Mappings =
        UnicodeData.Lines("lowercase-17.0.txt").ToDictionary(line => UnicodeData.CodePoint(line[0]), line => line[1..].Select(UnicodeData.CodePoint).ToArray());

    /// <summary>The lower case of a code point that has one.</summary>
    public static bool TryGet(int codePoint, out int[] lower) => Mappings.TryGetValue(codePoint, out lower!);
}
