using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Benchmarks.Training;

/// <summary>Rows with the lengths and trained shares of real data; which tokens they hold does not matter for speed.</summary>
internal static class BenchmarkRows
{
    /// <summary>Tokens of a turn's frame and content: turns alternate, and every second one is trained.</summary>
    private const int ContextTurn = 24;

    /// <summary>Rows of one sequence of that many tokens each.</summary>
    public static IReadOnlyList<PackedRow> Full(int rows, int length, double trained, int vocabulary)
    {
        var random = new SeededRandom(1);
        return [.. Enumerable.Range(0, rows).Select(_ => new PackedRow([Chat(random, length, trained, vocabulary)]))];
    }

    /// <summary>Chats of log-normal lengths (median <paramref name="median"/>, σ 0.7, at most <paramref name="longest"/>), one a row.</summary>
    public static IReadOnlyList<PackedRow> Chats(int rows, int median, int longest, double trained, int vocabulary)
    {
        var random = new SeededRandom(2);
        return [.. Enumerable.Range(0, rows).Select(_ => new PackedRow([Chat(random, Length(random, median, longest), trained, vocabulary)]))];
    }

    private static int Length(SeededRandom random, int median, int longest)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Clamp((int)(median * Math.Exp(0.7 * normal)), Math.Min(16, longest), longest);
    }

    private static TokenSequence Chat(SeededRandom random, int length, double trained, int vocabulary)
    {
        var tokens = new int[length];
        var weights = new float[length];
        var turn = Math.Max(2, (int)Math.Round(ContextTurn / Math.Max(0.05, 1 - trained)));
        for (var t = 0; t < length; t++)
        {
            tokens[t] = random.Next(vocabulary);
            weights[t] = t > 0 && t % turn >= turn * (1 - trained) ? 1 : 0;
        }

        if (trained >= 1) Array.Fill(weights, 1, 1, length - 1);
        return new() { Tokens = tokens, Weights = weights, Origin = new RowOrigin("benchmark", 1) };
    }
}
