using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Optimization;

/// <summary>
/// The learning rate of every update of a run, under the names and with the formulas of transformers' <c>lr_scheduler_type</c>
/// (transformers 5, optimization.py). A rate depends on the number of the update only, so a resumed run needs no state of it.
/// </summary>
public sealed class LearningRateSchedule
{
    private readonly Func<int, double> _factor;

    private LearningRateSchedule(double peak, int warmupSteps, Func<int, double> factor) => (Peak, WarmupSteps, _factor) = (peak, warmupSteps, factor);

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
        "cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay",
    ];

    /// <summary>The rate that factor 1 stands for.</summary>
    public double Peak { get; }

    /// <summary>Updates until the peak is reached; the first of them has rate 0 (except for cosine_warmup_with_min_lr).</summary>
    public int WarmupSteps { get; }

    /// <summary>A schedule by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="peak">The learning rate, positive.</param>
    /// <param name="warmupSteps">Below 1 a share of <paramref name="totalSteps"/>, rounded up; from 1 on a number of updates.</param>
    /// <param name="totalSteps">Updates in the whole run.</param>
    /// <param name="arguments"><c>lr_scheduler_kwargs</c>: a map, JSON null, or null.</param>
    /// <exception cref="ConfigException">An unknown name or argument, a missing one, or a value out of range.</exception>
    public static LearningRateSchedule Create(string name, double peak, double warmupSteps, int totalSteps, RowValue? arguments = null)
    {
        if (!(peak >= 0) || double.IsInfinity(peak)) throw new ConfigException(string.Create(CultureInfo.InvariantCulture, $"learning_rate is {peak}; it must be a number from 0 on."));
        var warmup = ResolveWarmup(warmupSteps, totalSteps);
        var given = new ScheduleArguments(name, arguments);
        var factor = Shape(name, peak, warmup, totalSteps, given);
        given.RefuseUnread();
        return new(peak, warmup, factor);
    }

    /// <summary>The rate with which an update is made.</summary>
    /// <param name="update">0 for the first update of the run. Beyond the end of the run the formula simply goes on.</param>
    public double RateOf(int update) => Peak * _factor(update);

    /// <summary>transformers 5 has one setting for both forms: a share below 1, a count from 1 on.</summary>
    internal static int ResolveWarmup(double warmupSteps, int totalSteps)
    {
        if (!(warmupSteps >= 0) || warmupSteps > int.MaxValue)
            throw new ConfigException(string.Create(CultureInfo.InvariantCulture, $"warmup_steps is {warmupSteps}; it must be 0 or more (below 1: a share of the run)."));
        return warmupSteps >= 1 ? (int)warmupSteps : (int)Math.Ceiling(totalSteps * warmupSteps);
    }

    private static Func<int, double> Shape(string name, double peak, int warmup, int total, ScheduleArguments given) => name switch
    {
        "constant" => _ => 1,
        "constant_with_warmup" => ScheduleShapes.WithWarmup(warmup, _ => 1),
        "linear" => ScheduleShapes.Linear(warmup, total),
        "cosine" => ScheduleShapes.Cosine(warmup, total, given.Number("num_cycles", 0.5), 0),
        "cosine_with_restarts" => ScheduleShapes.CosineWithRestarts(warmup, total, given.Number("num_cycles", 1)),
        "polynomial" => ScheduleShapes.Polynomial(warmup, total, peak, FinalRate(peak, given), given.Number("power", 1)),
        "inverse_sqrt" => ScheduleShapes.InverseSquareRoot(warmup, given.Number("timescale", warmup > 0 ? warmup : 10_000)),
        "cosine_with_min_lr" => ScheduleShapes.Cosine(warmup, total, given.Number("num_cycles", 0.5), MinimumFactor(peak, given)),
        "cosine_warmup_with_min_lr" => ScheduleShapes.CosineFromFirstUpdate(
            warmup, total, given.Number("num_cycles", 0.5), MinimumFactor(peak, given), given.OptionalNumber("warmup_lr_rate")),
        "warmup_stable_decay" => StableDecay(warmup, total, given),
        _ => throw UnknownName(name),
    };

    private static double FinalRate(double peak, ScheduleArguments given)
    {
        var end = given.Number("lr_end", 1e-7);
        return end < peak ? end : throw new ConfigException(string.Create(CultureInfo.InvariantCulture, $"lr_scheduler_kwargs: lr_end is {end}; it must be below learning_rate, {peak}."));
    }

    private static double MinimumFactor(double peak, ScheduleArguments given) => (given.OptionalNumber("min_lr"), given.OptionalNumber("min_lr_rate")) switch
    {
        ({ } rate, null) => rate / peak,
        (null, { } factor) => factor,
        (null, null) => throw new ConfigException("lr_scheduler_kwargs: this schedule needs min_lr (a rate) or min_lr_rate (a share of learning_rate)."),
        _ => throw new ConfigException("lr_scheduler_kwargs: give min_lr or min_lr_rate, not both."),
    };

    private static Func<int, double> StableDecay(int warmup, int total, ScheduleArguments given)
    {
        var decay = given.OptionalCount("num_decay_steps")
            ?? throw new ConfigException("lr_scheduler_kwargs: warmup_stable_decay needs num_decay_steps, the updates in which the rate falls at the end.");
        var stable = given.OptionalCount("num_stable_steps") ?? total - warmup - decay;
        var rise = given.Word("warmup_type", "linear", "linear", "cosine", "1-sqrt");
        var fall = given.Word("decay_type", "cosine", "linear", "cosine", "1-sqrt");
        return ScheduleShapes.WarmupStableDecay(warmup, stable, decay, rise, fall, given.Number("min_lr_ratio", 0), given.Number("num_cycles", 0.5));
    }

    private static ConfigException UnknownName(string name) => name switch
    {
        "wsd" => new("lr_scheduler_type: \"wsd\" is called warmup_stable_decay and needs lr_scheduler_kwargs with num_decay_steps."),
        "reduce_lr_on_plateau" or "greedy" => new($"lr_scheduler_type: {name} follows an evaluation result, which makes the rate of an update depend on when the run was evaluated. "
            + "Use cosine, or warmup_stable_decay with num_decay_steps."),
        _ => new($"lr_scheduler_type: \"{name}\" is not known{(NearestName.Find(name, Names) is { } near ? $"; did you mean {near}?" : ".")} Known: {string.Join(", ", Names)}."),
    };
}
