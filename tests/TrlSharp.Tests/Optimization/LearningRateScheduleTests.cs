using TrlSharp.Optimization;
using TrlSharp.Rows;

namespace TrlSharp.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Every_rate_of_every_schedule_equals_that_of_transformers()
    {
        var file = RowValue.Parse(File.ReadAllBytes(SharedData.Path("conformance", "traces_sft", "schedules.json")));
        var schedules = file.Find("schedules")!.Items;
        Assert.NotEmpty(schedules);
        foreach (var expected in schedules.Where(s => s.Find("lr") is not null && s.Find("error") is null))
        {
            var schedule = Create(expected);
            var rates = expected.Find("lr")!.Items.Select(Number).ToList();
            for (var update = 0; update < rates.Count; update++)
                Assert.True(Math.Abs(schedule.RateOf(update) - rates[update]) <= 1e-9 * rates[update], $"{expected.Find("lr_scheduler_type")} {expected.Find("lr_scheduler_kwargs")} update {update}: {schedule.RateOf(update):R} instead of {rates[update]:R}");
            Assert.Equal((int)expected.Find("resolved_warmup_steps")!.Integer, schedule.WarmupSteps);
        }
    }

    [Fact]
    public void What_transformers_refuses_is_refused()
    {
        var file = RowValue.Parse(File.ReadAllBytes(SharedData.Path("conformance", "traces_sft", "schedules.json")));
        foreach (var refused in file.Find("schedules")!.Items.Where(s => s.Find("error") is not null)) Assert.Throws<ConfigException>(() => Create(refused));
    }

    [Theory]
    [InlineData("cosin", "did you mean cosine?")]
    [InlineData("wsd", "warmup_stable_decay")]
    [InlineData("reduce_lr_on_plateau", "Use cosine")]
    public void An_unknown_name_is_answered_with_the_nearest_known_one(string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigException>(() => LearningRateSchedule.Create(name, 1e-3, 0, 10)).Message, StringComparison.Ordinal);

    private static LearningRateSchedule Create(RowValue setting) => LearningRateSchedule.Create(
        setting.Find("lr_scheduler_type")!.Text, Number(setting.Find("learning_rate")!), Number(setting.Find("warmup_steps")!),
        (int)setting.Find("max_steps")!.Integer, setting.Find("lr_scheduler_kwargs"));

    private static double Number(RowValue value) => value.Kind == RowValueKind.Integer ? (double)value.Integer : value.Real;
}
