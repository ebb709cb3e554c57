using System.Globalization;
using TrlSharp.Mixtures;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using static TrlSharp.Sft.Options.OptionKind;
using static TrlSharp.Sft.Options.OptionRow;

namespace TrlSharp.Sft.Options;

/// <summary>Settings of the data and of the model.</summary>
internal static class DataOptionTable
{
    public static IReadOnlyList<SftOption> Rows { get; } =
    [
        Obeyed("model_name_or_path", Text, "null", "Model to start from: a folder, or the name of one in the local hub cache.", (s, v) => s with { Model = s.Model with { Path = v.OptionalText() } }),
        Obeyed("model_revision", Text, "\"main\"", "Branch, tag or commit of a model in the local hub cache.", (s, v) => s with { Model = s.Model with { Revision = v.OptionalText() ?? "main" } }),
        Choice("dtype", "\"float32\"", ["auto", "float32", "bfloat16", "float16"], "Type in which the trained model is saved; auto as it came.", (s, v) => s with { Model = s.Model with { SaveType = v.Text } }),
        Obeyed("bf16", Flag, "true", "Computes in bfloat16 with float32 masters in the optimizer; false computes in float32.", (s, v) => s with { Model = s.Model with { Bf16 = v.Boolean } }),
        Obeyed("gradient_checkpointing", Flag, "false", "Recomputes activations in the backward pass: less memory, about a fifth more time, the same numbers. Off by default, since rows are packed and only trained positions reach the head.",
            (s, v) => s with { Model = s.Model with { ActivationCheckpointing = v.Boolean } }, trl: "true"),
        Obeyed("activation_checkpointing", Flag, "false", "Another name of gradient_checkpointing.", (s, v) => s with { Model = s.Model with { ActivationCheckpointing = v.Boolean } }, trl: "true"),
        Obeyed("neftune_noise_alpha", Number, "null", "Uniform noise on the embeddings while training.", (s, v) => s with { Model = s.Model with { NeftuneAlpha = v.OptionalNumber() } }),
        Obeyed("router_aux_loss_coef", Number, "null", "Weight of the load-balancing loss of mixtures of experts, scaled with the share of a micro-batch in its update; TRL adds the whole to every micro-batch.", (s, v) => s.Loss(l => l with { RouterBalance = v.OptionalNumber() ?? 0 })),
        Obeyed("chat_template_path", Text, "null", "A template file, or a model folder whose template is taken.", (s, v) => s with { Model = s.Model with { ChatTemplate = v.OptionalText() } }),
        Obeyed("eos_token", Text, "null", "Overrides the tokenizer's end-of-sequence token.", (s, v) => s with { Model = s.Model with { EosToken = v.OptionalText() } }, trl: "\"<EOS_TOKEN>\""),
        Own("freeze", List, "[]", "Patterns (* matches any text) of parameters that do not train.", (s, v) => s with { Model = s.Model with { Frozen = v.Texts() } }),

        Obeyed("use_peft", Flag, "false", "Trains low-rank adapters instead of the weights.", (s, v) => s with { Model = s.Model with { UseAdapter = v.Boolean } }),
        Obeyed("lora_r", Integer, "16", "Rank of the adapters.", (s, v) => s with { Adapter = s.Adapter with { Rank = v.Count() } }),
        Obeyed("lora_alpha", Number, "32", "Adapters are scaled by this over their rank.", (s, v) => s with { Adapter = s.Adapter with { Alpha = v.Number() } }),
        Obeyed("lora_dropout", Number, "0.05", "Share of the adapters' inputs that is dropped.", (s, v) => s with { Adapter = s.Adapter with { Dropout = v.Number() } }),
        Obeyed("lora_target_modules", List, "null", "Modules to adapt: names, a pattern, or all-linear.", (s, v) => s with { Adapter = s.Adapter with { TargetModules = v.IsNull ? null : v.Texts() } }),
        Obeyed("lora_target_parameters", List, "null", "Parameters to adapt, by name with their module; not with lora_dropout, whose default must then be set to 0.", (s, v) => s with { Adapter = s.Adapter with { TargetParameters = v.IsNull ? null : v.Texts() } }),
        Obeyed("lora_modules_to_save", List, "null", "Modules that are trained and saved whole.", (s, v) => s with { Adapter = s.Adapter with { ModulesToSave = v.IsNull ? null : v.Texts() } }),
        Obeyed("use_rslora", Flag, "false", "Scales adapters by alpha over the root of the rank.", (s, v) => s with { Adapter = s.Adapter with { RankStabilized = v.Boolean } }),
        Obeyed("use_dora", Flag, "false", "Trains magnitude and direction of the weights apart.", (s, v) => s with { Adapter = s.Adapter with { WeightDecomposed = v.Boolean } }),

        Obeyed("dataset_name", Text, "null", "A file, a pattern, a folder, or a repository in the local hub cache.", (s, v) => s with { Data = s.Data with { Path = v.OptionalText() } }),
        Obeyed("dataset_config", Text, "null", "Configuration of a repository with several.", (s, v) => s with { Data = s.Data with { Configuration = v.OptionalText() } }),
        Obeyed("dataset_train_split", Text, "\"train\"", "Split to train on.", (s, v) => s with { Data = s.Data with { TrainSplit = v.Text } }),
        Obeyed("dataset_test_split", Text, "\"test\"", "Split to evaluate on.", (s, v) => s with { Data = s.Data with { TestSplit = v.Text } }),
        Obeyed("datasets", Map, "null", "A mixture: list of path, name, data_dir, data_files, split, columns, fraction.", (s, v) => s with { Data = s.Data with { Mixture = v.IsNull ? null : v } }),
        Obeyed("test_split_size", Number, "null", "Rows (below 1: share of the rows) held out for evaluation.", (s, v) => s with { Data = s.Data with { TestSplitSize = v.OptionalNumber() } }),
        Obeyed("dataset_text_field", Text, "\"text\"", "Column of raw text.", (s, v) => s with { Data = s.Data with { TextColumn = v.Text } }),
        Obeyed("dataset_kwargs", Map, "null", "Only skip_prepare_dataset: rows are tokenised already.", (s, v) => s with { Data = s.Data with { SkipPreparation = SkipPreparation(v) } }),
        Obeyed("max_length", Integer, "1024", "Longest sequence, or size of a packed row; null for no limit.", (s, v) => s with { Data = s.Data with { MaxLength = v.OptionalCount() } }),
        Choice("truncation_mode", "\"keep_start\"", ["keep_start", "keep_end"], "Which end of a long sequence is kept.", (s, v) => s with { Data = s.Data with { TruncationMode = v.Text } }),
        Obeyed("shuffle_dataset", Flag, "false", "Shuffles before packing.", (s, v) => s with { Data = s.Data with { Shuffle = v.Boolean } }),
        Obeyed("packing", Flag, "false", "Puts several examples into one row; they never see each other.", (s, v) => s with { Data = s.Data with { Packing = v.Boolean } }),
        Choice("packing_strategy", "\"bfd\"", ["bfd", "bfd_split", "bfd-requeue", "wrapped"], "How rows are filled.", (s, v) => s with { Data = s.Data with { PackingStrategy = v.Text == "bfd-requeue" ? "bfd_split" : v.Text } }),
        Own("packing_share_prefixes", Flag, "false", "Examples that one chat was split into (thinking that the template drops) have their common beginning once in a packed row: the same loss and gradient, fewer tokens to compute.",
            (s, v) => s with { Data = s.Data with { SharePrefixes = v.Boolean } }),
        Obeyed("eval_packing", Flag, "null", "Whether evaluation rows are packed; null as packing.", (s, v) => s with { Data = s.Data with { EvaluationPacking = v.OptionalFlag() } }),
        Obeyed("completion_only_loss", Flag, "null", "Trains completions only; null: where a row has prompt and completion.", (s, v) => s with { Data = s.Data with { CompletionOnly = v.OptionalFlag() } }),
        Obeyed("assistant_only_loss", Flag, "false", "Trains assistant turns only, for any template.", (s, v) => s with { Data = s.Data with { AssistantOnly = v.Boolean } }),
        Own("train", Map, "null", "Which tokens are trained: assistant (all turns, the default), last, last_turn, everything, … or a map; see docs/masks.md.", (s, v) => s with { Data = s.Data with { Policy = v.IsNull ? null : TrainPolicy.Parse(v) } }),
        OptionRow.Choice("overflow", "\"drop\"", ["drop", "error", "turns_left", "turns_right", "split", "token_right", "token_left"],
            "What becomes of examples longer than max_length. Dropped ones are counted.", (s, v) => s with { Data = s.Data with { Overflow = Rule(v.Text) } }) with { Treatment = OptionTreatment.Own },
        Own("template_date", Text, "null", "The date (2025-07-09) that templates are told when they ask for it; without one such templates are refused.", (s, v) => s with { Data = s.Data with { TemplateDate = Date(v) } }),
        Own("eval_dataset_name", Text, "null", "Rows to evaluate on: a file, a pattern or a folder; null: test_split_size, else dataset_test_split of the data set.", (s, v) => s with { Data = s.Data with { EvaluationPath = v.OptionalText() } }),
        Own("columns", Map, "null", "Names of columns: {\"text\": \"body\"} reads the column body as text.", (s, v) => s.Mapping(m => m with { Columns = DataOptionValue.Names("columns", v) })),
        Own("ignored_columns", List, "[]", "Columns that say nothing about the format of a row.", (s, v) => s.Mapping(m => m with { Ignored = v.Texts().ToHashSet(StringComparer.Ordinal) })),
        Own("roles", Map, "null", "Names of roles: {\"customer\": \"user\"}.", (s, v) => s.Mapping(m => m with { Roles = DataOptionValue.Names("roles", v) })),
        Own("role_key", Text, "null", "The key of a message that holds its role; null: role or from.", (s, v) => s.Mapping(m => m with { RoleKey = v.OptionalText() })),
        Own("content_key", Text, "null", "The key of a message that holds its text; null: content or value.", (s, v) => s.Mapping(m => m with { ContentKey = v.OptionalText() })),
        Own("row_format", Text, "null", $"The format of every row, instead of deciding by its columns: {DataOptionValue.Formats}.", (s, v) => s.Reader(r => r with { Format = v.IsNull ? null : DataOptionValue.Format(v.Text) })),
        Own("train_on_chosen", Flag, "false", "Trains the chosen answers of preference rows, which are refused otherwise.", (s, v) => s.Reader(r => r with { TrainOnChosen = v.Boolean })),
        Own("parse_tool_arguments", Flag, "false", "Gives templates the arguments of tool calls as objects where the data have JSON strings.",
            (s, v) => s.Reader(r => r with { ToolArguments = v.Boolean ? Examples.ToolArguments.Parsed : Examples.ToolArguments.AsGiven })),
        Own("row_filters", Map, "null", "Keeps rows that pass all: [{\"field\": \"score\", \"least\": 3}]; also most, any_of, least_length, most_length.", (s, v) => s with { Data = s.Data with { Filters = DataOptionValue.Filters("row_filters", v) } }),
        Choice("mixture_order", "\"concatenate\"", ["concatenate", "interleave"], "How the sources of datasets follow each other: one after another, or mixed by their weights in tokens.",
            (s, v) => s with { Data = s.Data with { MixtureOrder = v.Text == "interleave" ? MixtureOrder.Interleave : MixtureOrder.Concatenate } }) with { Treatment = OptionTreatment.Own },
        Choice("mixture_stop", "\"all_read\"", ["all_read", "first_ends", "last_ends"], "When an interleaved mixture ends.",
            (s, v) => s with { Data = s.Data with { MixtureStop = v.Text switch { "first_ends" => MixtureStop.FirstEnds, "last_ends" => MixtureStop.LastEnds, _ => MixtureStop.AllRead } } }) with { Treatment = OptionTreatment.Own },
        Own("deduplicate", Flag, "false", "Leaves out rows that say the same as an earlier one; they are counted.", (s, v) => s with { Data = s.Data with { Deduplicate = v.Boolean } }),
        Own("decontaminate", Flag, "false", "Leaves out rows whose prompt is in the evaluation rows; they are counted.", (s, v) => s with { Data = s.Data with { Decontaminate = v.Boolean } }),
        Own("keep_going", Flag, "false", "Goes round rows that cannot be used: they are counted and written to quarantine.jsonl in output_dir.", (s, v) => s with { Data = s.Data with { KeepGoing = v.Boolean } }),
        Own("max_dropped", Number, "null", "Share of the rows that may be refused or dropped before the run stops; null: 0.05, or 1 with keep_going.", (s, v) => s with { Data = s.Data with { MostDropped = v.OptionalNumber() } }),
        Own("data_cache", Text, "\"auto\"", "Folder for prepared data; none for no cache; auto: the user's cache folder for data files of 16 MiB and more.", (s, v) => s with { Data = s.Data with { Cache = v.Text } }),
        Own("data_cache_gb", Number, "100", "Gigabytes that the folder for prepared data may hold; what was used longest ago goes first.", (s, v) => s with { Data = s.Data with { CacheGigabytes = v.Number() } }),
        Own("overwrite_output_dir", Flag, "false", "Writes into an output folder that holds files already.", (s, v) => s with { OverwriteOutput = v.Boolean }),
    ];

    private static OverflowRule Rule(string name) => Enum.Parse<OverflowRule>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static DateTime? Date(RowValue value) => value.IsNull ? null
        : DateTime.TryParse(value.Text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw new ConfigException($"template_date is {value}; wanted: a date such as 2025-07-09, or null.");

    private static bool SkipPreparation(RowValue value)
    {
        if (value.IsNull) return false;
        foreach (var (name, _) in value.Fields)
            if (name != "skip_prepare_dataset") throw new ConfigException($"dataset_kwargs: the only key is skip_prepare_dataset, not {name}.");
        return value.Find("skip_prepare_dataset") is { Kind: RowValueKind.Boolean, Boolean: true };
    }
}
