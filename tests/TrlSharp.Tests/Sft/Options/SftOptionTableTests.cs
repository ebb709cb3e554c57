using TrlSharp.Losses;
using TrlSharp.Rows;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Tests.Sft.Options;

public sealed class SftOptionTableTests
{
    [Fact]
    public void Every_field_of_TRLs_SFTConfig_is_in_the_table_with_its_default()
    {
        string[] given = ["output_dir", "use_cpu", "report_to", "disable_tqdm", "dataloader_pin_memory"]; // The last two follow from the others.
        var fields = RowValue.Parse(File.ReadAllBytes(SharedData.Path("conformance", "sft_data", "sft_config_defaults.json"))).Find("fields")!.Fields;
        foreach (var (name, expected) in fields)
        {
            var option = SftOptionTable.Find(name);
            Assert.True(option is not null, $"{name} is missing");
            if (!given.Contains(name)) Assert.True(OptionValue.Same(RowValue.Parse(option.TrlDefault ?? option.Default), expected), $"{name}: {option.TrlDefault ?? option.Default} instead of {expected}");
        }
    }

    [Fact]
    public void The_default_in_the_table_is_the_default_of_the_program()
    {
        var defaults = new SftSettings();
        foreach (var option in SftOptionTable.All.Where(o => o.Treatment is OptionTreatment.Obeyed or OptionTreatment.Own))
            Assert.Equal(Describe(defaults), Describe(SftOptionTable.Set(defaults, option.Name, RowValue.Parse(option.Default))));
    }

    [Fact]
    public void Text_from_the_command_line_and_typed_YAML_give_the_same_settings()
    {
        (string Name, string Text, RowValue Typed)[] values =
        [
            ("learning_rate", "2e-4", RowValue.Of(0.0002)), ("max-steps", "20", RowValue.Of(20.0)), ("packing", "Yes", RowValue.True), ("max_length", "none", RowValue.Null),
            ("report_to", "tensorboard", RowValue.List(RowValue.Of("tensorboard"))), ("lr_scheduler_kwargs", "{\"num_cycles\": 2.0}", RowValue.MapOf(("num_cycles", RowValue.Of(2.0)))),
            ("eval_strategy", "no", RowValue.False), ("loss_type", "dft", RowValue.Of("dft")), ("lora_target_modules", "q_proj, v_proj", RowValue.List(RowValue.Of("q_proj"), RowValue.Of("v_proj"))),
        ];
        var text = values.Aggregate(new SftSettings(), (s, v) => SftOptionTable.Set(s, v.Name, RowValue.Of(v.Text)));
        var typed = values.Aggregate(new SftSettings(), (s, v) => SftOptionTable.Set(s, v.Name, v.Typed));
        Assert.Equal(Describe(typed), Describe(text));
        Assert.Equal(0.0002, text.Training.Training.Optimizer.LearningRate);
        Assert.Equal(TokenLossKind.Dft, text.Training.Loss.Kind);
        Assert.Null(text.Data.MaxLength);
        Assert.Equal(["q_proj", "v_proj"], text.Adapter.TargetModules!);
    }

    [Theory]
    [InlineData("fp16", "true", "use bf16 true")]
    [InlineData("warmup_ratio", "0.1", "warmup_steps 0.1")]
    [InlineData("deepspeed", "zero3.json", "There is one process")]
    [InlineData("num_processes", "4", "There is one process")]
    [InlineData("accelerate_config", "zero2", "There is one process")]
    [InlineData("mixed_precision", "fp16", "Its name is bf16")]
    [InlineData("learning_rat", "1", "did you mean learning_rate?")]
    [InlineData("learning_rate", "fast", "wanted: a number")]
    [InlineData("packing_strategy", "best", "one of bfd")]
    [InlineData("max_steps", "2.5", "wanted: a whole number")]
    [InlineData("seed", "none", "wanted: a whole number")]
    [InlineData("normalize", "sum", "fixed:NUMBER")]
    [InlineData("like_trl", "everything", "log_means")]
    public void What_cannot_be_obeyed_is_refused_with_the_way_out(string name, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigException>(() => SftOptionTable.Set(new(), name, RowValue.Of(value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("num_processes", "1")]
    [InlineData("accelerate_config", "single_gpu")]
    [InlineData("mixed_precision", "no")]
    public void What_asks_for_the_one_process_that_there_is_passes(string name, string value) => Assert.Empty(SftOptionTable.Set(new(), name, RowValue.Of(value)).Notices);

    [Fact]
    public void A_setting_without_effect_is_accepted_and_said()
    {
        Assert.Contains("never padded", Assert.Single(SftOptionTable.Set(new(), "padding_free", RowValue.True).Notices), StringComparison.Ordinal);
        Assert.Empty(SftOptionTable.Set(new(), "padding_free", RowValue.False).Notices);
        Assert.Empty(SftOptionTable.Set(new(), "fp16", RowValue.False).Notices);
    }

    [Fact]
    public void Habits_of_TRL_add_up() =>
        Assert.Equal(TrlBehaviours.LogMeans | TrlBehaviours.TokenCount, SftOptionTable.Set(new(), "like_trl", RowValue.Of("log_means,token_count")).Training.Training.LikeTrl);

    private static string Describe(SftSettings settings) => SettingsText.ToJson(settings with { Given = [] });
}
