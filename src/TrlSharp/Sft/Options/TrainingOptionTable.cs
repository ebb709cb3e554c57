using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Optimization;
using TrlSharp.Training;
using static TrlSharp.Sft.Options.OptionKind;
using static TrlSharp.Sft.Options.OptionRow;

namespace TrlSharp.Sft.Options;

/// <summary>Settings of the run: batches, steps, optimizer, schedule, logs, evaluation, checkpoints.</summary>
internal static class TrainingOptionTable
{
    private static readonly string[] Intervals = ["no", "steps", "epoch"];

    public static IReadOnlyList<SftOption> Rows { get; } =
    [
        Obeyed("output_dir", Text, "null", "Folder for checkpoints, logs and the trained model.", (s, v) => s.Train(t => t with { OutputFolder = v.OptionalText() })),
        Obeyed("per_device_train_batch_size", Integer, "8", "Rows in a micro-batch.", (s, v) => s.Train(t => t with { BatchSize = v.Count() })),
        Obeyed("gradient_accumulation_steps", Integer, "1", "Micro-batches in an update; the loss is divided once, by what all of them weigh.", (s, v) => s.Train(t => t with { AccumulationSteps = v.Count() })),
        Own("tokens_per_step", Integer, "null", "Tokens in an update, filled with whole rows, instead of a number of rows.", (s, v) => s.Train(t => t with { TokensPerStep = v.OptionalCount() })),
        Own("micro_batch_tokens", Integer, "null", "Tokens in a micro-batch with tokens_per_step: memory, and rounding of results; null: what keeps an estimated 1 GiB for the backward pass.", (s, v) => s.Train(t => t with { MicroBatchTokens = v.OptionalCount() })),
        Own("micro_batch_probe", Flag, "false", "Measures before the first update how many tokens a micro-batch may have in the memory of this machine, up to tokens_per_step. Rounding then depends on the machine; checkpoints keep the number.", (s, v) => s.Train(t => t with { MicroBatchProbe = v.Boolean })),
        Obeyed("num_train_epochs", Number, "3.0", "Passes over the data, in fractions if wanted; max_steps wins.", (s, v) => s.Train(t => t with { Epochs = v.Number() })),
        Obeyed("max_steps", Integer, "-1", "Updates; 0 or less lets num_train_epochs decide.", (s, v) => s.Train(t => t with { MaxSteps = v.Count() })),
        Obeyed("dataloader_drop_last", Flag, "false", "Drops a last batch of an epoch that is not full.", (s, v) => s.Train(t => t with { DropLast = v.Boolean })),
        Choice("train_sampling_strategy", "\"random\"", ["random", "sequential", "group_by_length"], "Order of the rows: PyTorch's permutation for the seed and epoch, as they come, or similar lengths together.",
            (s, v) => s.Train(t => t with { Sampling = v.Text switch { "random" => SamplingStrategy.Random, "sequential" => SamplingStrategy.Sequential, _ => SamplingStrategy.GroupByLength } })),
        Obeyed("seed", Integer, "42", "Seed of everything random.", (s, v) => s.Train(t => t with { Seed = (long)v.Integer })),
        Obeyed("data_seed", Integer, "null", "Seed of the order of the rows, if it is to be another.", (s, v) => s.Train(t => t with { DataSeed = v.IsNull ? null : (long)v.Integer })),

        Obeyed("learning_rate", Number, "2e-05", "Highest rate of the schedule; about ten times as much for adapters.", (s, v) => s.Optimizer(o => o with { LearningRate = v.Number() })),
        Obeyed("lr_scheduler_type", Text, "\"linear\"", $"Schedule: {string.Join(", ", LearningRateSchedule.Names)}.", (s, v) => s.Train(t => t with { Schedule = v.Text })),
        Obeyed("lr_scheduler_kwargs", Map, "null", "Arguments of the schedule.", (s, v) => s.Train(t => t with { ScheduleArguments = v.IsNull ? null : v })),
        Obeyed("warmup_steps", Number, "0", "Updates until the full rate; below 1 a share of the run.", (s, v) => s.Train(t => t with { WarmupSteps = v.Number() })),
        Obeyed("optim", Text, "\"adamw_torch_fused\"", $"Optimizer: {string.Join(", ", Optimizers.Known)}.", (s, v) => s.Optimizer(o => o with { Name = v.Text })),
        Obeyed("optim_args", Text, "null", "Arguments of the optimizer: name=value, separated by commas.", (s, v) => s.Optimizer(o => o with { Arguments = v.OptionalText() })),
        Obeyed("weight_decay", Number, "0.0", "Weight decay; norms and biases are exempt.", (s, v) => s.Optimizer(o => o with { WeightDecay = v.Number() })),
        Obeyed("adam_beta1", Number, "0.9", "AdamW's first decay rate.", (s, v) => s.Optimizer(o => o with { Beta1 = v.Number() })),
        Obeyed("adam_beta2", Number, "0.999", "AdamW's second decay rate.", (s, v) => s.Optimizer(o => o with { Beta2 = v.Number() })),
        Obeyed("adam_epsilon", Number, "1e-08", "AdamW's term against division by zero.", (s, v) => s.Optimizer(o => o with { Epsilon = v.Number() })),
        Obeyed("max_grad_norm", Number, "1.0", "Gradients are scaled down to this length; 0 for never.", (s, v) => s.Train(t => t with { MaxGradientNorm = v.Number() })),

        Choice("loss_type", "\"nll\"", ["nll", "chunked_nll", "dft"], "Loss of a token: negative log-likelihood (always computed in chunks, so chunked_nll is the same), or dft.",
            (s, v) => s.Loss(l => l with { Kind = v.Text == "dft" ? TokenLossKind.Dft : TokenLossKind.Nll })),
        Obeyed("label_smoothing_factor", Number, "0.0", "Share of the target that is spread over the vocabulary.", (s, v) => s.Loss(l => l with { LabelSmoothing = v.Number() })),
        Own("z_loss", Number, "0.0", "Weight of the square of the logarithm of the softmax's denominator; 1e-4 where logits drift.", (s, v) => s.Loss(l => l with { ZLoss = v.Number() })),
        Own("normalize", Text, "\"token\"", "Divisor of a step's loss: token (Σ weights), count, example, turn, or fixed:NUMBER.",
            (s, v) => s with { Training = s.Training with { Normalization = LossNormalization.Parse(v.Text) } }),
        Own("logits_budget", Integer, "null", "Bytes of float32 logits at a time; null for 64 MiB and at least 192 positions.", (s, v) => s.Loss(l => l with { LogitsBudget = v.IsNull ? null : (long)v.Integer })),

        Choice("logging_strategy", "\"steps\"", Intervals, "When to log.", (s, v) => s.Train(t => t with { LoggingStrategy = v.Interval() })),
        Obeyed("logging_steps", Number, "10", "Updates between logs; below 1 a share of the run.", (s, v) => s.Train(t => t with { LoggingSteps = v.Number() })),
        Obeyed("logging_first_step", Flag, "false", "Logs the first update as well.", (s, v) => s.Train(t => t with { LogFirstStep = v.Boolean })),
        Obeyed("report_to", List, "[]", "Where metrics go beside metrics.jsonl: tensorboard, or none.", (s, v) => s.Train(t => t with { ReportTo = v.Texts() })),
        Own("sample_prompts", Lines, "[]", "Prompts that the model answers after every evaluation and checkpoint; see samples.jsonl and the report.", (s, v) => s with { SamplePrompts = v.Texts() }),
        Own("sample_max_tokens", Integer, "128", "Tokens of such an answer at most.", (s, v) => s with { SampleTokens = v.Count() }),
        Obeyed("run_name", Text, "null", "Title of the report.", (s, v) => s.Train(t => t with { RunName = v.OptionalText() })),
        Choice("eval_strategy", "\"no\"", Intervals, "When to evaluate.", (s, v) => s.Train(t => t with { EvaluationStrategy = v.Interval() })),
        Obeyed("eval_steps", Number, "null", "Updates between evaluations; below 1 a share of the run; null as logging_steps.", (s, v) => s.Train(t => t with { EvaluationSteps = v.OptionalNumber() })),
        Obeyed("eval_delay", Number, "0", "Updates (or epochs) before the first evaluation.", (s, v) => s.Train(t => t with { EvaluationDelay = v.Number() })),
        Obeyed("eval_on_start", Flag, "false", "Evaluates before the first update.", (s, v) => s.Train(t => t with { EvaluateOnStart = v.Boolean })),
        Obeyed("per_device_eval_batch_size", Integer, "8", "Rows in an evaluation batch: memory, not results.", (s, v) => s.Train(t => t with { EvaluationBatchSize = v.Count() })),
        Choice("save_strategy", "\"steps\"", ["no", "steps", "epoch", "best"], "When to save a checkpoint.", (s, v) => s.Train(t => t with { SaveStrategy = v.Interval() })),
        Obeyed("save_steps", Number, "500", "Updates between checkpoints; below 1 a share of the run.", (s, v) => s.Train(t => t with { SaveSteps = v.Number() })),
        Obeyed("save_total_limit", Integer, "null", "Checkpoints to keep beside the best; the newest two always stay.", (s, v) => s.Train(t => t with { SaveLimit = v.OptionalCount() })),
        Obeyed("save_only_model", Flag, "false", "Checkpoints without optimizer state, which cannot be resumed.", (s, v) => s.Train(t => t with { SaveModelOnly = v.Boolean })),
        Obeyed("load_best_model_at_end", Flag, "false", "Ends with the weights of the best evaluation.", (s, v) => s.Train(t => t with { LoadBest = v.Boolean })),
        Obeyed("metric_for_best_model", Text, "null", "What best is measured by, with or without eval_; null for the loss.", (s, v) => s.Train(t => t with { BestMetric = v.OptionalText() })),
        Obeyed("greater_is_better", Flag, "null", "Whether more is better; null: unless the metric's name ends in loss.", (s, v) => s.Train(t => t with { GreaterIsBetter = v.OptionalFlag() })),
        Own("early_stopping_patience", Integer, "null", "Evaluations without a new best after which the run ends.", (s, v) => s.Train(t => t with { EarlyStoppingPatience = v.OptionalCount() })),
        Own("early_stopping_threshold", Number, "0.0", "How much better an evaluation must be to count for early stopping.", (s, v) => s.Train(t => t with { EarlyStoppingThreshold = v.Number() })),
        Obeyed("resume_from_checkpoint", Text, "null", "true for the newest good checkpoint of output_dir, or a checkpoint's folder.", (s, v) => s.Train(t => t with { ResumeFrom = Resume(v.OptionalText()) })),
        Own("resume_with_changes", Flag, "false", "Resumes although settings or data differ from the checkpoint's; every difference is printed.", (s, v) => s.Train(t => t with { ResumeWithChanges = v.Boolean })),
        Own("like_trl", List, "[]", "Habits of TRL to follow: log_means, eval_means, untrained_steps, token_count, all.", (s, v) => s.Train(t => t with { LikeTrl = Behaviours(v.Texts()) })),
        Own("dry_run", Flag, "false", "Prints the plan instead of training.", (s, v) => s with { DryRun = v.Boolean }),
    ];

    private static string? Resume(string? text) => text is "false" or "False" ? null : text is "True" ? "true" : text;

    private static TrlBehaviours Behaviours(IEnumerable<string> names) => names.Aggregate(TrlBehaviours.None, (all, name) => all | name switch
    {
        "log_means" => TrlBehaviours.LogMeans,
        "eval_means" => TrlBehaviours.EvaluationMeans,
        "untrained_steps" => TrlBehaviours.UntrainedSteps,
        "token_count" => TrlBehaviours.TokenCount,
        "all" => TrlBehaviours.All,
        _ => throw new ConfigException($"like_trl: \"{name}\" is not one of log_means, eval_means, untrained_steps, token_count, all."),
    });
}
