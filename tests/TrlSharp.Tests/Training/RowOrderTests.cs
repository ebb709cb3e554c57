using System.Text.Json;
using TrlSharp.Training;

namespace TrlSharp.Tests.Training;

public sealed class RowOrderTests
{
    [Fact]
    public void A_permutation_is_the_one_that_torch_draws() =>
        // torch.randperm(25, generator=torch.Generator().manual_seed(42)), seen in conformance/traces_sft/shuffled_2_epochs.
        Assert.Equal([17, 12, 2, 0, 22, 20, 21, 6, 8, 18, 23, 10, 3, 19, 16, 1, 9, 24, 5, 11, 15, 7, 13, 14, 4], new TorchRandom(42).Permutation(25));

    [Theory]
    [InlineData("shuffled_2_epochs")]
    [InlineData("shuffled_data_seed")]
    [InlineData("group_by_length")]
    [InlineData("epochs_2_uneven")]
    [InlineData("epochs_fraction")]
    [InlineData("drop_last")]
    [InlineData("resume_ga2_full")]
    public void Updates_hold_the_rows_that_TRL_put_into_them(string run)
    {
        var folder = SharedData.Path("conformance", "traces_sft", run);
        using var arguments = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "args.json")));
        var steps = File.ReadLines(Path.Combine(folder, "batches.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        var plan = new BatchPlan(RowLengths(steps), Options(arguments.RootElement.GetProperty("resolved")));

        Assert.Equal(steps.Count, plan.TotalUpdates);
        for (var update = 0; update < steps.Count; update++)
        {
            var expected = steps[update].GetProperty("micro_batches").EnumerateArray().Select(m => m.GetProperty("rows").EnumerateArray().Select(r => r.GetInt32()).ToArray());
            Assert.Equal(expected, plan.MicroBatches(update));
            Assert.Equal(steps[update].GetProperty("epoch").GetDouble(), plan.EpochAfter(update), 1e-12);
        }
    }

    private static int[] RowLengths(IEnumerable<JsonElement> steps)
    {
        var lengths = new SortedDictionary<int, int>();
        foreach (var batch in steps.SelectMany(s => s.GetProperty("micro_batches").EnumerateArray()))
            foreach (var (row, mask) in batch.GetProperty("rows").EnumerateArray().Zip(batch.GetProperty("attention_mask").EnumerateArray()))
                lengths[row.GetInt32()] = mask.EnumerateArray().Sum(m => m.GetInt32());
        // A row that drop_last never showed.
        while (lengths.Count <= lengths.Keys.Last() || lengths.Count % 2 == 0) lengths[lengths.Count] = 1;
        return [.. lengths.Values];
    }

    private static TrainingOptions Options(JsonElement resolved) => new()
    {
        BatchSize = resolved.GetProperty("per_device_train_batch_size").GetInt32(),
        AccumulationSteps = resolved.GetProperty("gradient_accumulation_steps").GetInt32(),
        MaxSteps = resolved.GetProperty("max_steps").GetInt32(),
        Epochs = resolved.GetProperty("num_train_epochs").GetDouble(),
        DropLast = resolved.GetProperty("dataloader_drop_last").GetBoolean(),
        Seed = resolved.GetProperty("seed").GetInt64(),
        DataSeed = resolved.GetProperty("data_seed").ValueKind == JsonValueKind.Null ? null : resolved.GetProperty("data_seed").GetInt64(),
        Sampling = resolved.GetProperty("train_sampling_strategy").GetString() switch
        {
            "random" => SamplingStrategy.Random,
            "sequential" => SamplingStrategy.Sequential,
            _ => SamplingStrategy.GroupByLength,
        },
    };
}
