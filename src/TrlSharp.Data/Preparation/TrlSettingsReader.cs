using TrlSharp.Packing;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>Reads <see cref="TrlDataSettings"/> strictly: all faults at once, unknown keys with the nearest known one.</summary>
internal sealed class TrlSettingsReader(RowValue config)
{
    private static readonly string[] Keys =
    [
        "max_length", "truncation_mode", "assistant_only_loss", "completion_only_loss", "packing", "packing_strategy", "padding_free", "eos_token", "pad_token",
        "dataset_text_field", "chat_template_path", "dataset_kwargs", "shuffle_dataset", "seed", "pad_to_multiple_of", "loss_type",
    ];

    private readonly List<string> _problems = [];

    public static TrlDataSettings Read(RowValue config)
    {
        if (config.Kind != RowValueKind.Map) throw new ConfigException($"the configuration is a {RowJson.Name(config.Kind)}, not an object.");
        var reader = new TrlSettingsReader(config);
        var settings = reader.Read();
        reader._problems.AddRange(settings.Problems());
        return reader._problems.Count == 0 ? settings : throw new ConfigException(string.Join(Environment.NewLine, reader._problems));
    }

    private TrlDataSettings Read()
    {
        foreach (var (key, _) in config.Fields)
            if (!Keys.Contains(key)) _problems.Add($"{key} is unknown.{(NearestName.Find(key, Keys) is { } near ? $" Did you mean {near}?" : "")}");
        OneOf("loss_type", "nll", ["nll", "dft", "chunked_nll"]);
        Number("pad_to_multiple_of", null);
        var kwargs = config.Find("dataset_kwargs") is { Kind: RowValueKind.Map } map ? map : RowValue.Map();
        var defaults = new TrlDataSettings();
        return new()
        {
            MaxLength = config.Find("max_length") is null ? defaults.MaxLength : (int?)Number("max_length", int.MaxValue),
            KeepEnd = OneOf("truncation_mode", "keep_start", ["keep_start", "keep_end"]) == "keep_end",
            AssistantOnlyLoss = Switch("assistant_only_loss") ?? false,
            CompletionOnlyLoss = Switch("completion_only_loss"),
            Packing = Switch("packing") ?? false,
            PackingStrategy = OneOf("packing_strategy", "bfd", ["bfd", "bfd_split", "wrapped", "best_fit"]) switch
            {
                "bfd_split" => PackingStrategy.BfdSplit,
                "wrapped" => PackingStrategy.Wrapped,
                "best_fit" => PackingStrategy.BestFit,
                _ => PackingStrategy.Bfd,
            },
            PaddingFree = Switch("padding_free") ?? false,
            EosToken = Text("eos_token"),
            PadToken = Text("pad_token"),
            DatasetTextField = Text("dataset_text_field") ?? defaults.DatasetTextField,
            ChatTemplatePath = Text("chat_template_path"),
            SkipPrepareDataset = kwargs.Find("skip_prepare_dataset") is { Kind: RowValueKind.Boolean, Boolean: true },
            ShuffleDataset = Switch("shuffle_dataset") ?? false,
            Seed = (ulong)(Number("seed", long.MaxValue) ?? (long)defaults.Seed),
        };
    }

    private RowValue? Find(string key) => config.Find(key) is { IsNull: false } value ? value : null;

    private bool? Switch(string key)
    {
        var value = Find(key);
        if (value is null or { Kind: RowValueKind.Boolean }) return value?.Boolean;
        _problems.Add($"{key} is {value}; it must be true or false.");
        return null;
    }

    private string? Text(string key)
    {
        var value = Find(key);
        if (value is null or { Kind: RowValueKind.String }) return value?.Text;
        _problems.Add($"{key} is {value}; it must be a string.");
        return null;
    }

    private string OneOf(string key, string standard, string[] values)
    {
        var value = Text(key) ?? standard;
        if (!values.Contains(value)) _problems.Add($"{key} is \"{value}\"; it must be one of {string.Join(", ", values)}.");
        return value;
    }

    private long? Number(string key, long? most)
    {
        var value = Find(key);
        if (value is null) return null;
        if (value.Kind == RowValueKind.Integer && value.Integer >= 0 && value.Integer <= (most ?? int.MaxValue)) return (long)value.Integer;
        _problems.Add($"{key} is {value}; it must be a whole number of 0 or more.");
        return null;
    }
}
