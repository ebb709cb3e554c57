using TrlSharp.Rows;

namespace TrlSharp.Sft.Options;

/// <summary>One setting of <c>trlsharp sft</c>: a flag on the command line and a key in YAML files.</summary>
public sealed record SftOption
{
    /// <summary>As TRL spells it: <c>learning_rate</c>. On the command line <c>--learning_rate</c> and <c>--learning-rate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it holds.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>Whether it is obeyed, moot, refused, or our own.</summary>
    public required OptionTreatment Treatment { get; init; }

    /// <summary>The value it has when nobody sets it, as JSON.</summary>
    public required string Default { get; init; }

    /// <summary>TRL's default where it is another one, as JSON; else null.</summary>
    public string? TrlDefault { get; init; }

    /// <summary>One line: what it does; for a setting without effect or refused, why and what to use instead.</summary>
    public required string Help { get; init; }

    /// <summary>The words of a <see cref="OptionKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>For a refused setting: the values that are accepted because they mean "off", as JSON.</summary>
    public IReadOnlyList<string> Off { get; init; } = [];

    /// <summary>Puts a value, already of the right kind, into the settings.</summary>
    internal Func<SftSettings, RowValue, SftSettings> Apply { get; init; } = (settings, _) => settings;
}
