namespace TrlSharp;

/// <summary>Finds what someone probably meant: the name with the smallest edit distance, if it is near enough.</summary>
public static class NearestName
{
    private const int Farthest = 3;

    /// <summary>
    /// The candidate nearest to <paramref name="name"/>: at most three edits away (a swap of neighbours is one edit) and less than half of its length.
    /// Ties go to the earlier candidate; case and the difference between <c>-</c> and <c>_</c> do not count.
    /// </summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What exists.</param>
    /// <returns>The nearest candidate, or null.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        var wanted = Normal(name);
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(wanted, Normal(candidate));
            if (distance >= bestDistance) continue;
            (best, bestDistance) = (candidate, distance);
        }

        return bestDistance <= Farthest && bestDistance * 2 < Math.Max(wanted.Length, 3) ? best : null;
    }

    /// <summary>Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.</summary>
    public static int Distance(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substituted, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }

    private static string Normal(string name) => name.Replace('-', '_').ToLowerInvariant();
}
