using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Optimization;

/// <summary><c>lr_scheduler_kwargs</c> of one schedule: remembers what was asked for, so that an argument nobody reads is refused.</summary>
internal sealed class ScheduleArguments(string schedule, RowValue? arguments)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public double Number(string name, double otherwise) => OptionalNumber(name) ?? otherwise;

    public double? OptionalNumber(string name) => Find(name) is { } value
        ? value.Kind switch
        {
            RowValueKind.Integer => (double)value.Integer,
            RowValueKind.Real when double.IsFinite(value.Real) => value.Real,
            _ => throw Wrong(name, value, "a number"),
        }
        : null;

    public int? OptionalCount(string name) => Find(name) is { } value
        ? value.Kind == RowValueKind.Integer && value.Integer >= 0 && value.Integer <= int.MaxValue ? (int)value.Integer : throw Wrong(name, value, "a number of updates")
        : null;

    public string Word(string name, string otherwise, params ReadOnlySpan<string> allowed)
    {
        if (Find(name) is not { } value) return otherwise;
        if (value.Kind == RowValueKind.String)
            foreach (var word in allowed)
                if (word == value.Text) return word;
        throw Wrong(name, value, string.Join(", ", allowed!));
    }

    public void RefuseUnread()
    {
        if (arguments is null || arguments.IsNull) return;
        if (arguments.Kind != RowValueKind.Map) throw new ConfigException($"lr_scheduler_kwargs is {arguments}; it must be a map of names and values.");
        foreach (var (name, value) in arguments.Fields)
            if (!_read.Contains(name))
                throw new ConfigException($"lr_scheduler_kwargs: the schedule {schedule} has no argument {name} (value {value}){(_read.Count == 0 ? "; it has none." : $". It has: {string.Join(", ", _read)}.")}");
    }

    private RowValue? Find(string name)
    {
        _read.Add(name);
        return arguments?.Find(name) is { IsNull: false } value ? value : null;
    }

    private static ConfigException Wrong(string name, RowValue value, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"lr_scheduler_kwargs: {name} is {value}; wanted: {wanted}."));
}
