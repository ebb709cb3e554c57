using TrlSharp.Tokenization.Models;

namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>Merges that no training would give.</summary>
internal static class RandomMerges
{
    /// <summary>
    /// Each joins two tokens that exist already and makes a new one, or, one time in four, an older one: several ways to a token, and tokens that
    /// come back. Ranks are shuffled, so parts may come after the whole.
    /// </summary>
    public static MergeTable Of(SeededRandom random, int letters, int count)
    {
        var pairs = new List<(int Left, int Right, int Merged)>();
        for (var id = letters; id < letters + count; id++)
            pairs.Add((random.Next(id), random.Next(id), random.Next(4) == 0 ? letters + random.Next(id - letters + 1) : id));
        var table = new MergeTable(random.Next(2) * count);
        foreach (var (left, right, merged) in pairs.OrderBy(_ => random.Next(3)).ThenBy(pair => pair.Merged)) table.Add(left, right, merged);
        if (random.Next(2) == 0) table.Freeze();
        return table;
    }
}
