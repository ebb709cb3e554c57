namespace TrlSharp.Optimization;

/// <summary>
/// Factors of the learning rate as functions of the number of completed updates, in the order of operations of transformers' optimization.py,
/// so that rates agree to the last digits.
/// </summary>
internal static class ScheduleShapes
{
    public static Func<int, double> WithWarmup(int warmup, Func<int, double> after) => step => step < warmup ? Rise(step, warmup) : after(step);

    public static Func<int, double> Linear(int warmup, int total) =>
        WithWarmup(warmup, step => Math.Max(0, (double)(total - step) / Math.Max(1, total - warmup)));

    /// <summary>Half a cosine per half <paramref name="cycles"/>, ending at <paramref name="minimum"/>. It rises again after the end of the run.</summary>
    public static Func<int, double> Cosine(int warmup, int total, double cycles, double minimum) =>
        WithWarmup(warmup, step => Lift(Wave(Progress(step, warmup, total) * cycles * 2), minimum));

    public static Func<int, double> CosineWithRestarts(int warmup, int total, double cycles) => WithWarmup(warmup, step =>
    {
        var progress = Progress(step, warmup, total);
        return progress >= 1 ? 0 : Math.Max(0, Wave(cycles * progress % 1));
    });

    /// <summary>Counts updates from 1: neither the first nor the last update is wasted on a rate of 0.</summary>
    public static Func<int, double> CosineFromFirstUpdate(int warmup, int total, double cycles, double minimum, double? firstFactor) => step =>
    {
        if (step >= warmup) return Lift(Wave(Progress(step + 1, warmup, total) * cycles * 2), minimum);
        return firstFactor is { } first ? first + (1 - first) * step / Math.Max(1, warmup - 1) : Rise(step + 1, warmup);
    };

    public static Func<int, double> Polynomial(int warmup, int total, double peak, double end, double power) => WithWarmup(warmup, step =>
    {
        if (step > total) return end / peak;
        var remaining = 1 - (double)(step - warmup) / (total - warmup);
        return ((peak - end) * Math.Pow(remaining, power) + end) / peak;
    });

    /// <summary>Vaswani et al. 2017, section 5.3, with a time scale of its own.</summary>
    public static Func<int, double> InverseSquareRoot(int warmup, double timescale) =>
        WithWarmup(warmup, step => 1 / Math.Sqrt((step + (timescale - warmup)) / timescale));

    /// <summary>Hu et al. 2024 (MiniCPM), arXiv:2404.06395.</summary>
    public static Func<int, double> WarmupStableDecay(
        int warmup, int stable, int decay, string rise, string fall, double minimum, double cycles) => step =>
    {
        if (step < warmup)
        {
            var progress = Rise(step, warmup);
            return Lift(rise switch { "linear" => progress, "cosine" => 0.5 * (1 - Math.Cos(Math.PI * progress)), _ => 1 - Math.Sqrt(1 - progress) }, minimum);
        }

        if (step < warmup + stable) return 1;
        if (step >= warmup + stable + decay) return minimum;
        var fallen = (double)(step - warmup - stable) / Math.Max(1, decay);
        return Lift(fall switch { "linear" => 1 - fallen, "cosine" => Wave(fallen * cycles * 2), _ => 1 - Math.Sqrt(fallen) }, minimum);
    };

    private static double Rise(int step, int warmup) => (double)step / Math.Max(1, warmup);

    private static double Progress(int step, int warmup, int total) => (double)(step - warmup) / Math.Max(1, total - warmup);

    private static double Wave(double halfTurns) => 0.5 * (1 + Math.Cos(Math.PI * halfTurns));

    private static double Lift(double factor, double minimum) => Math.Max(0, factor * (1 - minimum) + minimum);
}
