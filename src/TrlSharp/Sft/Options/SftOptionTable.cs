using System.Text;
using TrlSharp.Rows;

namespace TrlSharp.Sft.Options;

/// <summary>
/// Every setting of <c>trlsharp sft</c>: all of <c>trl sft</c> (TRL 1.16, transformers 5.23), each obeyed, moot or refused with a reason, and our own.
/// This one table drives parsing, the help text and <c>docs/differences-from-trl.md</c>.
/// </summary>
public static class SftOptionTable
{
    /// <summary>All settings, in the order of the help text.</summary>
    public static IReadOnlyList<SftOption> All { get; } = [.. DataOptionTable.Rows, .. TrainingOptionTable.Rows, .. OtherOptionTable.Rows];

    /// <summary>Those that decide from which rows which tokens are made: what the commands for data take.</summary>
    public static IReadOnlyList<SftOption> Data { get; } =
    [
        .. DataOptionTable.Rows.Where(o => o.Name is "model_name_or_path" or "model_revision" or "chat_template_path" or "eos_token"),
        .. DataOptionTable.Rows.SkipWhile(o => o.Name != "dataset_name").Where(o => o.Name != "overwrite_output_dir"),
        .. TrainingOptionTable.Rows.Where(o => o.Name == "seed"),
    ];

    /// <summary>First settings of the groups of the help text.</summary>
    private static readonly Dictionary<string, string> GroupStarts = new(StringComparer.Ordinal)
    {
        ["model_name_or_path"] = "Model", ["use_peft"] = "Adapters", ["dataset_name"] = "Data", ["output_dir"] = "Updates", ["learning_rate"] = "Optimizer and schedule",
        ["loss_type"] = "Loss", ["logging_strategy"] = "Logs and samples", ["eval_strategy"] = "Evaluation", ["save_strategy"] = "Checkpoints", ["like_trl"] = "Comparison and planning",
    };

    /// <summary>The settings that are obeyed, in the groups of the help text.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<SftOption> Options)> Groups { get; } = Grouped();

    private static readonly Dictionary<string, SftOption> ByName = All.ToDictionary(o => o.Name, StringComparer.Ordinal);

    /// <summary>A setting by name, in either spelling (<c>learning-rate</c>, <c>learning_rate</c>); null if there is none.</summary>
    public static SftOption? Find(string name) => ByName.GetValueOrDefault((name ?? "").Replace('-', '_'));

    /// <summary>The settings with one more value.</summary>
    /// <param name="settings">So far.</param>
    /// <param name="name">Either spelling.</param>
    /// <param name="value">From YAML as it is, from the command line as text; see <see cref="OptionValue"/> for what is accepted.</param>
    /// <exception cref="ConfigException">An unknown or refused setting, or a value of the wrong kind.</exception>
    public static SftSettings Set(SftSettings settings, string name, RowValue value)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var option = Find(name) ?? throw new ConfigException($"{name} is not a setting{(NearestName.Find(name, ByName.Keys) is { } near ? $"; did you mean {near}?" : " of this command or of trl sft.")}");
        var typed = OptionValue.Of(option, value);
        settings = settings with { Given = [.. settings.Given, option.Name] };
        switch (option.Treatment)
        {
            case OptionTreatment.Refused when !option.Off.Any(off => OptionValue.Same(RowValue.Parse(off), typed)):
                throw new ConfigException($"{option.Name}: {typed} is refused. {option.Help}");
            case OptionTreatment.Refused or OptionTreatment.WithoutEffect when OptionValue.Same(RowValue.Parse(option.TrlDefault ?? option.Default), typed):
                return settings;
            case OptionTreatment.WithoutEffect:
                return settings with { Notices = [.. settings.Notices, $"{option.Name} has no effect here: {option.Help}"] };
            default:
                return option.Apply(settings, typed);
        }
    }

    /// <summary>The table as a page: what is different from TRL, setting by setting.</summary>
    public static string ToMarkdown()
    {
        var page = new StringBuilder();
        Section(page, "Defaults that differ", All.Where(o => o.TrlDefault is not null), o => $"`{o.Default}` (TRL `{o.TrlDefault}`). {o.Help}");
        Section(page, "Settings that TRL does not have", All.Where(o => o.Treatment == OptionTreatment.Own), o => $"default `{o.Default}`. {o.Help}");
        Section(page, "Refused, with the reason and the replacement", All.Where(o => o.Treatment == OptionTreatment.Refused), o => o.Help);
        Section(page, "Accepted without effect, since the result is the same", All.Where(o => o.Treatment == OptionTreatment.WithoutEffect), o => o.Help);
        Section(page, "Obeyed", All.Where(o => o.Treatment == OptionTreatment.Obeyed), o => $"default `{o.Default}`. {o.Help}");
        return page.ToString();
    }

    private static List<(string Name, IReadOnlyList<SftOption> Options)> Grouped()
    {
        var groups = new List<(string Name, IReadOnlyList<SftOption> Options)>();
        var current = new List<SftOption>();
        foreach (var option in All.Where(o => o.Treatment is OptionTreatment.Obeyed or OptionTreatment.Own))
        {
            if (GroupStarts.TryGetValue(option.Name, out var name)) groups.Add((name, current = []));
            current.Add(option);
        }

        return groups;
    }

    private static void Section(StringBuilder page, string title, IEnumerable<SftOption> options, Func<SftOption, string> text)
    {
        page.Append("\n### ").Append(title).Append("\n\n| setting | |\n|---|---|\n");
        foreach (var option in options) page.Append("| `").Append(option.Name).Append("` | ").Append(text(option).Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");
    }
}
