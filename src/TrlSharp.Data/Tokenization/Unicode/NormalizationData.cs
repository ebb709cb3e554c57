namespace TrlSharp.Tokenization.Unicode;

/// <summary>Decompositions, compositions and combining classes of Unicode 9 (<c>normalization-9.0.txt</c>), read when first needed.</summary>
internal sealed class NormalizationData
{
    private const int HangulFirst = 0xAC00;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailBefore = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<NormalizationData> Shared = new(() => new NormalizationData());

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int, int), int> _compositions = [];
    private readonly byte[] _quickCheck = new byte[0x10000];

    private NormalizationData()
    {
        var excluded = new HashSet<int>();
        foreach (var line in UnicodeData.Lines("normalization-9.0.txt"))
        {
            var codePoint = UnicodeData.CodePoint(line[1]);
            if (line[0] == "R")
            {
                for (var c = codePoint; c <= UnicodeData.CodePoint(line[2]); c++) _classes[c] = byte.Parse(line[3], System.Globalization.CultureInfo.InvariantCulture);
                continue;
            }

            if (line[^1] == "!") excluded.Add(codePoint);
            var decomposition = line[2..].Where(field => field != "!").Select(UnicodeData.CodePoint).ToArray();
            (line[0] == "C" ? _canonical : _compatible)[codePoint] = decomposition;
        }

        BuildCompositions(excluded);
        BuildQuickCheck(excluded);
    }

    public static NormalizationData Instance => Shared.Value;

    /// <summary>The canonical combining class; 0 for starters.</summary>
    public int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : _classes.GetValueOrDefault(codePoint);

    /// <summary>The full decomposition, or null for a character that stands for itself.</summary>
    public int[]? Decompose(int codePoint, bool compatible)
    {
        if (codePoint < 0xA0) return null;
        if (codePoint is >= HangulFirst and < HangulFirst + (Leads * Vowels * Tails)) return DecomposeHangul(codePoint - HangulFirst);
        if (compatible && _compatible.TryGetValue(codePoint, out var mapped)) return mapped;
        return _canonical.GetValueOrDefault(codePoint);
    }

    /// <summary>What two characters compose to, or −1.</summary>
    public int Compose(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + Leads && second is >= VowelFirst and < VowelFirst + Vowels)
            return HangulFirst + ((((first - LeadFirst) * Vowels) + second - VowelFirst) * Tails);
        if (first is >= HangulFirst and < HangulFirst + (Leads * Vowels * Tails) && (first - HangulFirst) % Tails == 0
            && second is > TailBefore and < TailBefore + Tails) return first + second - TailBefore;
        return _compositions.GetValueOrDefault((first, second), -1);
    }

    /// <summary>Whether the text is surely in NFC already, so that normalization would neither change nor move anything.</summary>
    public bool IsComposed(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAnyInRange('\u0300', '\uFFFF');
        if (at < 0) return true;
        var previous = 0;
        for (; at < text.Length; at++)
        {
            var check = _quickCheck[text[at]];
            if (check == 255 || (check != 0 && check < previous)) return false;
            previous = check;
        }

        return true;
    }

    private static int[] DecomposeHangul(int index)
    {
        var (lead, vowel, tail) = (LeadFirst + (index / (Vowels * Tails)), VowelFirst + (index % (Vowels * Tails) / Tails), TailBefore + (index % Tails));
        return tail == TailBefore ? [lead, vowel] : [lead, vowel, tail];
    }

    private void BuildCompositions(HashSet<int> excluded)
    {
        // A stored decomposition is full; the pair that composes is (composite of all but the last, last).
        var composites = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (codePoint, parts) in _canonical)
            if (!excluded.Contains(codePoint)) composites[string.Join(' ', parts)] = codePoint;
        foreach (var (codePoint, parts) in _canonical)
        {
            if (excluded.Contains(codePoint) || parts.Length < 2) continue;
            var first = parts.Length == 2 ? parts[0] : composites[string.Join(' ', parts[..^1])];
            _compositions[(first, parts[^1])] = codePoint;
        }
    }

    /// <summary>0: never part of a change; 255: look closer; else the combining class, which must not fall.</summary>
    private void BuildQuickCheck(HashSet<int> excluded)
    {
        foreach (var (codePoint, combiningClass) in _classes)
            if (codePoint < 0x10000) _quickCheck[codePoint] = combiningClass;
        foreach (var codePoint in excluded.Concat(_compositions.Keys.Select(pair => pair.Item2)).Where(codePoint => codePoint < 0x10000))
            _quickCheck[codePoint] = 255;
        _quickCheck.AsSpan(VowelFirst, Vowels).Fill(255);
        _quickCheck.AsSpan(TailBefore, Tails).Fill(255);
        _quickCheck.AsSpan(0xD800, 0x800).Clear();

        // Astral characters that decompose, combine or compose all lie in planes 1 and 2 behind a few high surrogates.
        foreach (var codePoint in _classes.Keys.Concat(_canonical.Keys).Concat(_compositions.Keys.Select(pair => pair.Item2)).Where(codePoint => codePoint >= 0x10000))
            _quickCheck[0xD800 + ((codePoint - 0x10000) >> 10)] = 255;
    }
}
