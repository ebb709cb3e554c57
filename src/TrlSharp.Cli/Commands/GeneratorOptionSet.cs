using System.CommandLine;
using System.Globalization;
using TrlSharp.Generation;
using static TorchSharp.torch;

namespace TrlSharp.Cli.Commands;

/// <summary>The options by which a command says what writes and how it samples; what is not given comes from the model's generation_config.json.</summary>
internal sealed class GeneratorOptionSet
{
    private readonly Option<string> _model = OptionNames.Create<string>("--model_name_or_path", "The model folder.", isRequired: true);
    private readonly Option<string[]> _adapters = OptionNames.Create<string[]>("--adapter", "An adapter folder of PEFT; several add up.");
    private readonly Option<string?> _dtype = OptionNames.Create<string?>("--dtype", "float32, bfloat16 or float16. Default: that of the folder.");
    private readonly Option<string?> _template = OptionNames.Create<string?>("--chat_template_path", "Another chat template: a file, a model folder, or a built-in name.");
    private readonly Option<DateTime?> _date = OptionNames.Create<DateTime?>("--template_date", "The date (2025-07-09) that templates are told when they ask for it.");
    private readonly Option<int?> _maxNewTokens = OptionNames.Create<int?>("--max_new_tokens", "Longest answer in tokens.");
    private readonly Option<int?> _minNewTokens = OptionNames.Create<int?>("--min_new_tokens", "No stop before that many tokens.");
    private readonly Option<double?> _temperature = OptionNames.Create<double?>("--temperature", "0 takes the likeliest token always.");
    private readonly Option<int?> _topK = OptionNames.Create<int?>("--top_k", "Only the k likeliest tokens; 0 for all.");
    private readonly Option<double?> _topP = OptionNames.Create<double?>("--top_p", "Only the likeliest tokens that have this probability together; 1 for all.");
    private readonly Option<double?> _minP = OptionNames.Create<double?>("--min_p", "Only tokens with this share of the likeliest one's probability; 0 for all.");
    private readonly Option<double?> _penalty = OptionNames.Create<double?>("--repetition_penalty", "Above 1 makes tokens that occurred less likely.");
    private readonly Option<string[]> _stops = OptionNames.Create<string[]>("--stop", "A text that ends an answer; several may be given.");
    private readonly Option<int[]> _stopIds = OptionNames.Create<int[]>("--stop_token_ids", "Further tokens that end an answer.");
    private readonly Option<ulong?> _seed = OptionNames.Create<ulong?>("--seed", "Equal seeds give equal answers. Default 0.");
    private readonly Option<int?> _threads = OptionNames.Create<int?>("--threads", "Threads of computation. Default: one per core.");

    public GeneratorOptionSet(Command command)
    {
        foreach (var list in new Option[] { _adapters, _stops, _stopIds }) list.AllowMultipleArgumentsPerToken = true;
        foreach (var option in new Option[] { _model, _adapters, _dtype, _template, _date, _maxNewTokens, _minNewTokens, _temperature, _topK, _topP, _minP, _penalty, _stops, _stopIds, _seed, _threads })
            command.Add(option);
    }

    /// <summary>The model folder.</summary>
    public string Model(ParseResult parsed) => HubCache.Model(parsed.GetValue(_model)!);

    /// <summary>The adapter folders.</summary>
    public IReadOnlyList<string> Adapters(ParseResult parsed) => parsed.GetValue(_adapters) ?? [];

    /// <summary>Loads what the options name.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="now">The date for templates where none was given; null for none.</param>
    public TextGenerator Load(ParseResult parsed, DateTime? now)
    {
        if (parsed.GetValue(_threads) is { } threads) set_num_threads(threads > 0 ? threads : throw new ConfigException($"--threads is {threads}; it must be at least 1."));
        return TextGenerator.Load(Model(parsed), new()
        {
            Adapters = Adapters(parsed),
            Dtype = DtypeName.Read(parsed.GetValue(_dtype)),
            ChatTemplate = parsed.GetValue(_template),
            Now = parsed.GetValue(_date) ?? now,
        });
    }

    /// <summary>The recommended sampling with what was given in its place.</summary>
    public SamplingConfig Sampling(ParseResult parsed, SamplingConfig recommended) => recommended with
    {
        MaxNewTokens = parsed.GetValue(_maxNewTokens) ?? recommended.MaxNewTokens,
        MinNewTokens = parsed.GetValue(_minNewTokens) ?? recommended.MinNewTokens,
        Temperature = parsed.GetValue(_temperature) ?? (IsSampled(parsed) && recommended.Temperature == 0 ? 1 : recommended.Temperature),
        TopK = parsed.GetValue(_topK) ?? recommended.TopK,
        TopP = parsed.GetValue(_topP) ?? recommended.TopP,
        MinP = parsed.GetValue(_minP) ?? recommended.MinP,
        RepetitionPenalty = parsed.GetValue(_penalty) ?? recommended.RepetitionPenalty,
        StopStrings = [.. recommended.StopStrings, .. parsed.GetValue(_stops) ?? []],
        StopTokens = [.. recommended.StopTokens.Concat(parsed.GetValue(_stopIds) ?? []).Distinct()],
        Seed = parsed.GetValue(_seed) ?? recommended.Seed,
    };

    /// <summary>The sampling in one line.</summary>
    public static string Describe(SamplingConfig s)
    {
        List<string> parts = [s.Temperature == 0 ? "greedy" : Text($"temperature {s.Temperature}")];
        if (s.TopK > 0) parts.Add(Text($"top_k {s.TopK}"));
        if (s.TopP < 1) parts.Add(Text($"top_p {s.TopP}"));
        if (s.MinP > 0) parts.Add(Text($"min_p {s.MinP}"));
        if (s.RepetitionPenalty != 1) parts.Add(Text($"repetition_penalty {s.RepetitionPenalty}"));
        if (s.MinNewTokens > 0) parts.Add(Text($"min_new_tokens {s.MinNewTokens}"));
        parts.Add(Text($"max_new_tokens {s.MaxNewTokens}"));
        if (s.Temperature != 0) parts.Add(Text($"seed {s.Seed}"));
        return string.Join(", ", parts);
    }

    /// <summary>Whoever narrows a distribution wants to draw from it.</summary>
    private bool IsSampled(ParseResult parsed) => parsed.GetValue(_topK) is > 1 || parsed.GetValue(_topP) is not null || parsed.GetValue(_minP) is not null || parsed.GetValue(_seed) is not null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
