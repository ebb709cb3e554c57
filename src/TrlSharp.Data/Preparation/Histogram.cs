namespace TrlSharp.Preparation;

/// <summary>How numbers are spread: counts in steps of 1, 2 or 5 times a power of ten (1 at least), and the quantiles.</summary>
public sealed class Histogram
{
    private const int MostBuckets = 20;

    private Histogram(double[] sorted, double step)
    {
        Step = step;
        Count = sorted.Length;
        (Least, Most) = (sorted[0], sorted[^1]);
        Mean = sorted.Average();
        (Median, Percentile90, Percentile99) = (At(sorted, 0.5), At(sorted, 0.9), At(sorted, 0.99));
        var first = Math.Floor(Least / step);
        var counts = new long[(int)(Math.Floor(Most / step) - first) + 1];
        foreach (var number in sorted) counts[(int)(Math.Floor(number / step) - first)]++;
        Buckets = [.. counts.Select((count, i) => ((first + i) * step, count))];
    }

    /// <summary>Numbers counted.</summary>
    public int Count { get; }

    /// <summary>Width of a bucket.</summary>
    public double Step { get; }

    /// <summary>Where each bucket begins, and how many numbers are in it; half-open.</summary>
    public IReadOnlyList<(double From, long Count)> Buckets { get; }

    /// <summary>The smallest number.</summary>
    public double Least { get; }

    /// <summary>The largest number.</summary>
    public double Most { get; }

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>Half of the numbers are not above it.</summary>
    public double Median { get; }

    /// <summary>Nine of ten numbers are not above it.</summary>
    public double Percentile90 { get; }

    /// <summary>99 of a hundred numbers are not above it.</summary>
    public double Percentile99 { get; }

    /// <summary>The histogram of some numbers; null of none.</summary>
    public static Histogram? Of(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        if (sorted.Length == 0) return null;
        var rough = (sorted[^1] - sorted[0]) / MostBuckets;
        if (!(rough > 0)) return new(sorted, Math.Max(1, Math.Abs(sorted[0])));
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        return new(sorted, Math.Max(1, step));
    }

    /// <summary>The least number that so large a share is not above.</summary>
    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
