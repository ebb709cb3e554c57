using System.CommandLine;
using TrlSharp.Cli.Configuration;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands;

/// <summary>The options of <c>trlsharp sft</c>, made from the one table of settings; a YAML file may give the same keys, and flags win.</summary>
internal sealed class SftOptionSet
{
    private const string Train = "train";
    private const string Negation = "no_";
    private readonly Option<string?> _config = new("--config") { Description = "A YAML file with the same keys; flags win." };
    private readonly List<(string Key, Option<string[]> Option)> _options = [];
    private readonly List<(string Key, Option<bool> Option)> _negations = [];

    public SftOptionSet(Command command, IReadOnlyList<SftOption>? settings = null)
    {
        command.Add(_config);
        settings ??= SftOptionTable.All;
        foreach (var setting in settings) Add(command, setting.Name, Describe(setting), setting.Kind == OptionKind.Flag, hidden: setting.Treatment is OptionTreatment.Refused or OptionTreatment.WithoutEffect);
        foreach (var setting in settings.Where(s => s.Kind == OptionKind.Flag && (s.TrlDefault ?? s.Default) == "true"))
        {
            var off = new Option<bool>($"--{Negation}{setting.Name}", $"--{Negation}{setting.Name}".Replace('_', '-')) { Description = $"--{setting.Name} false.", Hidden = true };
            command.Add(off);
            _negations.Add((setting.Name, off));
        }

        foreach (var key in TrainPolicy.SettingNames) Add(command, $"{Train}.{key}", "Part of --train; see docs/masks.md.", flag: false, hidden: false);
    }

    /// <summary>File first, then flags.</summary>
    /// <exception cref="ConfigException">All wrong settings, one line each.</exception>
    public SftSettings Read(ParseResult parsed)
    {
        var given = new List<(string Key, RowValue Value, string Where)>();
        if (parsed.GetValue(_config) is { } file)
            given.AddRange(YamlFile.Load(file).Select(e => (e.Key, e.Value, $"{e.File}:{e.Line}: ")));
        var policy = new List<(string Key, string Value)>();
        foreach (var (key, option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            var values = parsed.GetValue(option) ?? [];
            if (key == Train || key.StartsWith(Train + ".", StringComparison.Ordinal)) policy.Add((key == Train ? "" : key[(Train.Length + 1)..], string.Join(',', values)));
            else given.Add((key, values.Length switch { 0 => RowValue.True, 1 => RowValue.Of(values[0]), _ => RowValue.List([.. values.Select(RowValue.Of)]) }, "--"));
        }

        foreach (var (key, option) in _negations)
            if (parsed.GetValue(option)) given.Add((key, RowValue.False, "--"));
        var settings = Apply(given);
        return policy.Count == 0 ? settings : settings with { Data = settings.Data with { Policy = TrainPolicy.Parse(policy) } };
    }

    private static SftSettings Apply(IEnumerable<(string Key, RowValue Value, string Where)> given)
    {
        var settings = new SftSettings();
        var problems = new List<string>();
        foreach (var (key, value, where) in given)
        {
            try
            {
                settings = SftOptionTable.Set(settings, key, value);
            }
            catch (ConfigException e)
            {
                problems.Add(where + e.Message);
            }
        }

        return problems.Count == 0 ? settings : throw new ConfigException(string.Join(Environment.NewLine + "error: ", problems));
    }

    private void Add(Command command, string name, string description, bool flag, bool hidden)
    {
        var kebab = name.Replace('_', '-');
        var option = new Option<string[]>("--" + name, kebab == name ? [] : ["--" + kebab])
        {
            Description = description,
            Arity = flag ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            Hidden = hidden,
            HelpName = flag ? "true|false" : "value",
        };
        command.Add(option);
        _options.Add((name, option));
    }

    private static string Describe(SftOption setting) => $"{setting.Help} Default: {setting.Default}.";
}
