namespace TrlSharp.Tokenization.Unicode;

/// <summary>A set of code points as sorted, disjoint ranges (surrogates included; they never occur in text). Immutable.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;

    private CodePointSet(List<(int First, int Last)> ranges) => Ranges = ranges;

    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet Of(IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Where(range => range.First <= range.Last).Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }

        return new CodePointSet(merged);
    }

    public static CodePointSet Of(int codePoint) => Of([(codePoint, codePoint)]);

    /// <summary>All code points that a predicate accepts.</summary>
    public static CodePointSet Where(Func<int, bool> accepts)
    {
        var ranges = new List<(int First, int Last)>();
        for (var c = 0; c <= Last; c++)
        {
            if (!accepts(c)) continue;
            if (ranges.Count > 0 && ranges[^1].Last == c - 1) ranges[^1] = (ranges[^1].First, c);
            else ranges.Add((c, c));
        }

        return new CodePointSet(ranges);
    }

    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    public CodePointSet Complement()
    {
        var ranges = new List<(int First, int Last)>();
        var next = 0;
        foreach (var (first, last) in Ranges)
        {
            if (first > next) ranges.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= Last) ranges.Add((next, Last));
        return new CodePointSet(ranges);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, Ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (codePoint < Ranges[middle].First) high = middle - 1;
            else if (codePoint > Ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }
}
