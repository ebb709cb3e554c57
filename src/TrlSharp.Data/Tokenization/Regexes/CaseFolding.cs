using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>Case folding of single characters for <c>(?i)</c>: Unicode's simple folding, so ſ is an s and the Kelvin sign a k.</summary>
internal static class CaseFolding
{
    /// <summary>Characters that are lower case already and still fold to another.</summary>
    private static readonly Dictionary<int, int> Folded = new()
    {
        [0xB5] = 0x3BC, [0x17F] = 's', [0x345] = 0x3B9, [0x3C2] = 0x3C3, [0x3D0] = 0x3B2, [0x3D1] = 0x3B8, [0x3D5] = 0x3C6, [0x3D6] = 0x3C0,
        [0x3F0] = 0x3BA, [0x3F1] = 0x3C1, [0x3F5] = 0x3B5, [0x1E9B] = 0x1E61, [0x1FBE] = 0x3B9, [0x1C80] = 0x432, [0x1C81] = 0x434, [0x1C82] = 0x43E,
        [0x1C83] = 0x441, [0x1C84] = 0x442, [0x1C85] = 0x442, [0x1C86] = 0x44A, [0x1C87] = 0x463, [0x1C88] = 0xA64B,
    };

    private static readonly Lazy<ILookup<int, int>> Members = new(() =>
        Enumerable.Range(0, 0x20000).Where(c => Fold(c) != c).ToLookup(Fold));

    /// <summary>The set with every character that folds to the same as one of its members.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var added = new List<(int First, int Last)>(set.Ranges);
        foreach (var group in Members.Value)
        {
            if (!set.Contains(group.Key) && !group.Any(set.Contains)) continue;
            added.Add((group.Key, group.Key));
            added.AddRange(group.Select(c => (c, c)));
        }

        return CodePointSet.Of(added);
    }

    private static int Fold(int c) => Folded.TryGetValue(c, out var folded) ? folded : LowerCase.TryGet(c, out var lower) && lower is [var single] ? single : c;
}
