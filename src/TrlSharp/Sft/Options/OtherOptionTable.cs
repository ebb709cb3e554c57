using static TrlSharp.Sft.Options.OptionKind;
using static TrlSharp.Sft.Options.OptionRow;

namespace TrlSharp.Sft.Options;

/// <summary>Settings of TRL that change nothing here, and those that are refused.</summary>
internal static class OtherOptionTable
{
    private const string OneProcess = "There is one process; distribution over several machines is not part of this command.";
    private const string Hub = "Nothing is uploaded by a training run; upload output_dir with the hub's own tools.";
    private const string NoTracker = "There is no client for this service; report_to tensorboard and metrics.jsonl can be imported.";
    private const string NoLoader = "Batches are made by the training process itself in less than a thousandth of a step.";
    private const string NeverPadded = "Rows are laid end to end and never padded.";
    private const string Gpu = "Concerns GPUs.";

    public static IReadOnlyList<SftOption> Rows { get; } = [.. WithoutEffect(), .. NotHere()];

    private static IEnumerable<SftOption> WithoutEffect() =>
    [
        NoEffect("padding_free", Flag, "false", NeverPadded),
        NoEffect("pad_to_multiple_of", Integer, "null", NeverPadded),
        NoEffect("pad_token", Text, "\"<PAD_TOKEN>\"", NeverPadded),
        NoEffect("average_tokens_across_devices", Flag, "true", "The divisor always counts the whole update."),
        NoEffect("attn_implementation", Text, "null", "Attention runs per sequence in libtorch's fused kernel, whatever this says; results agree to rounding."),
        NoEffect("use_liger_kernel", Flag, "false", "The loss is computed in chunks in any case."),
        NoEffect("liger_kernel_config", Map, "null", "See use_liger_kernel."),
        NoEffect("use_cache", Flag, "false", "Training never uses a key-value cache."),
        NoEffect("gradient_checkpointing_kwargs", Map, "null", "There is one way to recompute, and it gives the same numbers."),
        NoEffect("activation_checkpointing_kwargs", Map, "null", "See gradient_checkpointing_kwargs."),
        NoEffect("full_determinism", Flag, "false", "Runs are always deterministic."),
        NoEffect("tf32", Flag, "null", Gpu),
        NoEffect("use_cpu", Flag, "false", "The CPU is used."),
        NoEffect("bf16_full_eval", Flag, "false", "Evaluation computes as training does."),
        NoEffect("torch_empty_cache_steps", Integer, "null", Gpu),
        NoEffect("dataloader_num_workers", Integer, "0", NoLoader),
        NoEffect("dataloader_pin_memory", Flag, "true", NoLoader),
        NoEffect("dataloader_persistent_workers", Flag, "false", NoLoader),
        NoEffect("dataloader_prefetch_factor", Integer, "null", NoLoader),
        NoEffect("dataloader_multiprocessing_context", Text, "null", NoLoader),
        NoEffect("dataloader_in_order", Flag, "true", NoLoader),
        NoEffect("dataset_num_proc", Integer, "null", "All cores prepare rows."),
        NoEffect("remove_unused_columns", Flag, "true", "Columns that training does not need are never kept."),
        NoEffect("length_column_name", Text, "\"length\"", "Lengths are those of the prepared rows."),
        NoEffect("label_names", List, "null", "Targets have weights here, not columns of labels."),
        NoEffect("disable_tqdm", Flag, "false", "Progress is drawn on a terminal and printed in lines elsewhere."),
        NoEffect("log_level", Text, "\"passive\"", "See --verbosity."),
        NoEffect("log_level_replica", Text, "\"warning\"", OneProcess),
        NoEffect("log_on_each_node", Flag, "true", OneProcess),
        NoEffect("save_on_each_node", Flag, "false", OneProcess),
        NoEffect("local_rank", Integer, "-1", OneProcess),
        NoEffect("logging_nan_inf_filter", Flag, "true", "A loss that is not finite stops the run."),
        NoEffect("skip_memory_metrics", Flag, "true", "Memory is always logged; it costs nothing."),
        NoEffect("include_num_input_tokens_seen", Text, "\"no\"", "Tokens are always counted."),
        NoEffect("prediction_loss_only", Flag, "false", "Evaluation computes loss, entropy and accuracy without keeping logits."),
        NoEffect("eval_accumulation_steps", Integer, "null", "Evaluation keeps no logits."),
        NoEffect("eval_do_concat_batches", Flag, "true", "Evaluation keeps no logits."),
        NoEffect("eval_use_gather_object", Flag, "false", OneProcess),
        NoEffect("batch_eval_metrics", Flag, "false", "Evaluation keeps no logits."),
        NoEffect("include_for_metrics", List, "[]", "Evaluation keeps no logits."),
        NoEffect("do_train", Flag, "false", "Not used by TRL's own script either."),
        NoEffect("do_eval", Flag, "false", "Not used by TRL's own script either; see eval_strategy."),
        NoEffect("do_predict", Flag, "false", "Not used by TRL's own script either."),
        NoEffect("ddp_find_unused_parameters", Flag, "null", OneProcess),
        NoEffect("ddp_bucket_cap_mb", Integer, "null", OneProcess),
        NoEffect("ddp_broadcast_buffers", Flag, "null", OneProcess),
        NoEffect("ddp_static_graph", Flag, "null", OneProcess),
        NoEffect("ddp_backend", Text, "null", OneProcess),
        NoEffect("ddp_timeout", Integer, "1800", OneProcess),
        NoEffect("accelerator_config", Map,
            "{\"split_batches\":false,\"dispatch_batches\":null,\"even_batches\":true,\"use_seedable_sampler\":true,\"non_blocking\":false,\"gradient_accumulation_kwargs\":null}", OneProcess),
        NoEffect("ignore_bias_buffers", Flag, "false", OneProcess),
        NoEffect("project", Text, "\"huggingface\"", NoTracker),
        NoEffect("trackio_space_id", Text, "null", NoTracker),
        NoEffect("trackio_bucket_id", Text, "null", NoTracker),
        NoEffect("trackio_static_space_id", Text, "null", NoTracker),
        NoEffect("hub_token", Text, "\"<HUB_TOKEN>\"", Hub),
        NoEffect("hub_private_repo", Flag, "null", Hub),
        NoEffect("hub_model_id", Text, "null", Hub),
        NoEffect("hub_strategy", Text, "\"every_save\"", Hub),
        NoEffect("hub_always_push", Flag, "false", Hub),
        NoEffect("hub_revision", Text, "null", Hub),
        NoEffect("trust_remote_code", Flag, "false", "Code from a model folder is never run; an architecture that needs it is refused when the model is loaded."),
        NoEffect("enable_jit_checkpoint", Flag, "false", "SIGTERM and Ctrl-C always save a checkpoint."),
        NoEffect("restore_callback_states_from_checkpoint", Flag, "false", "A resumed run always restores everything."),
        NoEffect("lora_task_type", Text, "\"CAUSAL_LM\"", "This command trains causal language models."),
    ];

    private static IEnumerable<SftOption> NotHere() =>
    [
        Refused("fp16", Flag, "false", "float16 needs loss scaling and gains nothing on CPUs; use bf16 true."),
        Refused("fp16_full_eval", Flag, "false", "float16 gains nothing on CPUs; leave it out."),
        Refused("auto_find_batch_size", Flag, "false", "A batch size that depends on the machine's free memory changes the result; use tokens_per_step and micro_batch_tokens."),
        Refused("activation_offloading", Flag, "false", "Activations are in main memory already; gradient_checkpointing true saves memory."),
        Refused("torch_compile", Flag, "false", "There is no compiler in libtorch's C++ part; leave it out, results do not depend on it."),
        Refused("torch_compile_backend", Text, "null", "See torch_compile."),
        Refused("torch_compile_mode", Text, "null", "See torch_compile."),
        Refused("fsdp", Text, "null", OneProcess, "\"\"", "[]", "false"),
        Refused("fsdp_config", Map, "null", OneProcess),
        Refused("deepspeed", Text, "null", OneProcess),
        Refused("parallelism_config", Map, "null", OneProcess),
        Refused("accelerate_config", Text, "null", OneProcess),
        Refused("env", Map, "null", "Variables of the environment must be set before the program starts: set them in the shell.", "{}"),
        Refused("push_to_hub", Flag, "false", Hub),
        Refused("ignore_data_skip", Flag, "false", "A resumed run continues with the rows that come next, to the bit; start a new run to begin the data again."),
        Refused("optim_target_modules", Text, "null", "GaLore and APOLLO are not implemented; use LoRA (use_peft true) to save memory."),
        Refused("debug", List, "[]", "underflow_overflow is a hook of PyTorch modules; a gradient that is not finite always stops the run before it reaches the weights.", "\"\""),
        Refused("model_init_kwargs", Map, "null", "There is no from_pretrained to pass them to; use dtype, bf16 and the model's own config.json."),
        Refused("model_revision", Text, "\"main\"", "Models are folders; download the revision you want.", "null"),
        Refused("dataset_streaming", Flag, "false", "Rows are prepared once and cached on disk, so that their order does not depend on a buffer; leave it out."),
        Refused("streaming", Flag, "false", "See dataset_streaming."),
        Refused("load_in_8bit", Flag, "false", "Quantised base models are not implemented; use bf16 with use_peft."),
        Refused("load_in_4bit", Flag, "false", "Quantised base models are not implemented; use bf16 with use_peft."),
        Refused("bnb_4bit_quant_type", Text, "\"nf4\"", "See load_in_4bit.", "\"fp4\""),
        Refused("use_bnb_nested_quant", Flag, "false", "See load_in_4bit."),
        Refused("bnb_4bit_quant_storage", Text, "null", "See load_in_4bit."),
        Refused("warmup_ratio", Number, "null", "transformers 5 has no such setting; give the share to warmup_steps: warmup_steps 0.1.", "0", "0.0"),
        Refused("group_by_length", Flag, "null", "transformers 5 has no such setting; use train_sampling_strategy group_by_length.", "false"),
        Refused("evaluation_strategy", Text, "null", "Its name is eval_strategy."),
        Refused("max_seq_length", Integer, "null", "Its name is max_length."),
        Refused("torch_dtype", Text, "null", "Its name is dtype."),
    ];
}
