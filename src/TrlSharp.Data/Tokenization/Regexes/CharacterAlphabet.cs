using System.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>
/// The characters as one pattern sees them: those that it never tells apart share a letter. A text of such letters has one UTF-16 unit per
/// character and needs no knowledge of Unicode to be matched, so the regex engine's own tables do not matter.
/// </summary>
internal sealed class CharacterAlphabet
{
    private readonly char[] _bmp = new char[0x10000];
    private readonly int[] _firsts;
    private readonly char[] _letters;
    private readonly Dictionary<CodePointSet, string> _classes = [];

    public CharacterAlphabet(IReadOnlyList<CodePointSet> sets)
    {
        var starts = new SortedSet<int> { 0, 0x10000 };
        foreach (var (first, last) in sets.SelectMany(set => set.Ranges))
        {
            starts.Add(first);
            if (last < 0x10FFFF) starts.Add(last + 1);
        }

        _firsts = [.. starts];
        _letters = new char[_firsts.Length];
        var letterOf = new Dictionary<string, char>(StringComparer.Ordinal);
        for (var i = 0; i < _firsts.Length; i++)
        {
            var signature = string.Create(sets.Count, _firsts[i], (bits, c) =>
            {
                for (var s = 0; s < bits.Length; s++) bits[s] = sets[s].Contains(c) ? '1' : '0';
            });
            if (!letterOf.TryGetValue(signature, out var letter)) letterOf[signature] = letter = (char)(0x100 + letterOf.Count);
            _letters[i] = letter;
            var end = i + 1 < _firsts.Length ? _firsts[i + 1] : 0x110000;
            if (_firsts[i] < 0x10000) _bmp.AsSpan(_firsts[i]..end).Fill(letter);
        }

        for (var s = 0; s < sets.Count; s++)
            _classes[sets[s]] = ClassOf(letterOf.Where(entry => entry.Key[s] == '1').Select(entry => entry.Value), letterOf.Count);
    }

    /// <summary>A set as a .NET character class over the letters.</summary>
    public string Class(CodePointSet set) => _classes[set];

    /// <summary>Writes the letter of every character; where the text has surrogates, also the UTF-16 position of each character and of the end.</summary>
    public int Translate(ReadOnlySpan<char> text, Span<char> letters, List<int> positions)
    {
        positions.Clear();
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            for (var i = 0; i < text.Length; i++) letters[i] = _bmp[text[i]];
            return text.Length;
        }

        var (at, count) = (0, 0);
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
            positions.Add(at);
            letters[count++] = rune.IsBmp ? _bmp[rune.Value] : _letters[LastAtOrBelow(rune.Value)];
            at += width;
        }

        positions.Add(at);
        return count;
    }

    private int LastAtOrBelow(int codePoint)
    {
        var at = Array.BinarySearch(_firsts, codePoint);
        return at >= 0 ? at : ~at - 1;
    }

    private static string ClassOf(IEnumerable<char> letters, int count)
    {
        var members = letters.Order().ToArray();
        if (members.Length == 0) return "(?!)";
        if (members.Length == count) return @"[\s\S]";
        return $"[{string.Concat(members.Select(letter => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}")))}]";
    }
}
