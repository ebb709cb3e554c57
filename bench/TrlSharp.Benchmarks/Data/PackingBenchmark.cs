using System.Diagnostics;
using System.Globalization;
using TrlSharp.Packing;

namespace TrlSharp.Benchmarks.Data;

/// <summary>Packs a million sequences of chat lengths: seconds, fill, and rows against TRL's <c>bfd</c>.</summary>
internal static class PackingBenchmark
{
    public static int Run(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        var random = new SeededRandom(1);
        foreach (var capacity in new[] { 2048, 8192, 32_768 })
        {
            var lengths = new int[count];
            // Log-normal with median 270 and σ 1, the shape of chat data; cut at the row.
            for (var i = 0; i < count; i++) lengths[i] = Math.Clamp((int)Math.Exp(5.6 + Normal(random)), 8, capacity);
            var watch = Stopwatch.StartNew();
            var plan = PackingPlan.Create(lengths, capacity, PackingStrategy.BestFit);
            var seconds = watch.Elapsed.TotalSeconds;
            var bfd = PackingPlan.Create(lengths, capacity, PackingStrategy.Bfd);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"rows of {capacity,6}: {count} sequences in {seconds:F2} s, fill {plan.Tokens / ((double)plan.Count * capacity):P2}, {plan.Count} rows; TRL bfd {bfd.Count} rows, fill {bfd.Tokens / ((double)bfd.Count * capacity):P2}"));
        }

        return 0;
    }

    private static double Normal(SeededRandom random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
