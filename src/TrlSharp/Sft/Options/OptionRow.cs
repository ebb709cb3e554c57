using TrlSharp.Rows;
using TrlSharp.Training;

namespace TrlSharp.Sft.Options;

/// <summary>The ways in which a line of the table is written.</summary>
internal static class OptionRow
{
    public static SftOption Obeyed(string name, OptionKind kind, string byDefault, string help, Func<SftSettings, RowValue, SftSettings> apply, string? trl = null) =>
        new() { Name = name, Kind = kind, Treatment = OptionTreatment.Obeyed, Default = byDefault, TrlDefault = trl, Help = help, Apply = apply };

    public static SftOption Choice(string name, string byDefault, IReadOnlyList<string> choices, string help, Func<SftSettings, RowValue, SftSettings> apply) =>
        Obeyed(name, OptionKind.Choice, byDefault, help, apply) with { Choices = choices };

    public static SftOption Own(string name, OptionKind kind, string byDefault, string help, Func<SftSettings, RowValue, SftSettings> apply) =>
        Obeyed(name, kind, byDefault, help, apply) with { Treatment = OptionTreatment.Own };

    public static SftOption NoEffect(string name, OptionKind kind, string byDefault, string why) =>
        new() { Name = name, Kind = kind, Treatment = OptionTreatment.WithoutEffect, Default = byDefault, Help = why };

    /// <summary>Refused unless the value is the default or one of <paramref name="off"/>.</summary>
    public static SftOption Refused(string name, OptionKind kind, string byDefault, string why, params IReadOnlyList<string> off) =>
        new() { Name = name, Kind = kind, Treatment = OptionTreatment.Refused, Default = byDefault, Help = why, Off = [byDefault, .. off] };

    public static SftSettings Train(this SftSettings s, Func<TrainingOptions, TrainingOptions> change) =>
        s with { Training = s.Training with { Training = change(s.Training.Training) } };

    public static SftSettings Optimizer(this SftSettings s, Func<Optimization.OptimizerOptions, Optimization.OptimizerOptions> change) =>
        s.Train(t => t with { Optimizer = change(t.Optimizer) });

    public static SftSettings Loss(this SftSettings s, Func<Losses.LossOptions, Losses.LossOptions> change) =>
        s with { Training = s.Training with { Loss = change(s.Training.Loss) } };

    public static SftSettings Reader(this SftSettings s, Func<Examples.ExampleReaderOptions, Examples.ExampleReaderOptions> change) =>
        s with { Data = s.Data with { Reader = change(s.Data.Reader) } };

    public static SftSettings Mapping(this SftSettings s, Func<Examples.ColumnMapping, Examples.ColumnMapping> change) =>
        s.Reader(r => r with { Mapping = change(r.Mapping) });

    public static double Number(this RowValue value) => value.Kind == RowValueKind.Integer ? (double)value.Integer : value.Real;

    public static double? OptionalNumber(this RowValue value) => value.IsNull ? null : value.Number();

    public static int Count(this RowValue value) => (int)value.Integer;

    public static int? OptionalCount(this RowValue value) => value.IsNull ? null : value.Count();

    public static string? OptionalText(this RowValue value) => value.IsNull ? null : value.Text;

    public static bool? OptionalFlag(this RowValue value) => value.IsNull ? null : value.Boolean;

    public static IReadOnlyList<string> Texts(this RowValue value) => value.IsNull ? [] : [.. value.Items.Select(i => i.Text)];

    public static IntervalStrategy Interval(this RowValue value) => value.Text switch
    {
        "no" => IntervalStrategy.No,
        "steps" => IntervalStrategy.Steps,
        "epoch" => IntervalStrategy.Epoch,
        _ => IntervalStrategy.Best,
    };
}
