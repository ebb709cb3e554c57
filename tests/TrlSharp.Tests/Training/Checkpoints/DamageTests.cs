using System.Globalization;
using System.Security.Cryptography;
using TrlSharp.Checkpoints;
using TrlSharp.Sft;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;

namespace TrlSharp.Tests.Training.Checkpoints;

/// <summary>Damaged checkpoints, and saves that fail.</summary>
public sealed class DamageTests : CheckpointedRuns
{
    [Fact]
    public void A_damaged_checkpoint_is_passed_over_and_named()
    {
        var whole = Run(new TinyModel(), Options);
        File.AppendAllText(Path.Combine(Output, "checkpoint-12", "optimizer.safetensors"), "x");
        var notices = new List<string>();
        var model = new TinyModel();
        SftTrainer.Train(model, TinyModel.Rows(20), Resume(Options), Held, new Notices(notices), Stopping);
        Assert.Equal(whole.Bytes, Convert.ToHexString(SHA256.HashData(model.Bytes())));
        Assert.Contains(notices, n => n.Contains("checkpoint-12 is passed over: optimizer.safetensors has", StringComparison.Ordinal));

        File.AppendAllText(Path.Combine(Output, "checkpoint-9", "optimizer.safetensors"), "x");
        var fault = Assert.Throws<ModelFolderException>(() => Run(new TinyModel(), With(o => o with { ResumeFrom = Path.Combine(Output, "checkpoint-9") })));
        Assert.Contains($"--resume_from_checkpoint {Path.Combine(Output, "checkpoint-12")}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_and_every_flipped_bit_is_detected()
    {
        Stop(new TinyModel(), Options, 3);
        var folder = Path.Combine(Output, "checkpoint-3");
        Assert.Null(CheckpointManifest.FaultOf(folder));
        var random = new SeededRandom(5);
        var files = Directory.GetFiles(folder);
        for (var trial = 0; trial < (Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 1000 : 100); trial++)
        {
            var path = files[random.Next(files.Length)];
            var bytes = File.ReadAllBytes(path);
            var changed = bytes.ToArray();
            if (trial % 2 == 0) changed = changed[..random.Next(changed.Length)];
            else changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, changed);
            Assert.NotNull(CheckpointManifest.FaultOf(folder));
            File.WriteAllBytes(path, bytes);
        }
    }

    [Theory]
    [InlineData(28)]
    [InlineData(5)]
    public void Whatever_write_of_a_save_fails_the_checkpoint_before_it_loads(int code)
    {
        Stop(new TinyModel(), Options, 3);
        var good = Path.Combine(Output, "checkpoint-3");
        var counting = new FaultyDisk(int.MaxValue, code);
        TrainOn(counting, Path.Combine(Folder, "counted"));
        Assert.True(counting.Operations > 20);
        for (var failing = 0; failing < counting.Operations; failing++)
        {
            var output = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"out-{failing}"));
            Assert.Contains("checkpoint-3", Assert.Throws<DiskException>(() => TrainOn(new FaultyDisk(failing, code), output)).Message, StringComparison.Ordinal);
            var found = ResumePoint.Find(output, ResumePoint.Newest, _ => { });
            Assert.NotNull(found);
            CheckpointFolder.RemoveUnfinished(output);
            Assert.All(CheckpointFolder.All(output), folder => Assert.Null(CheckpointManifest.FaultOf(folder)));
        }

        void TrainOn(IDisk disk, string output)
        {
            CopyFolder(good, Path.Combine(output, "checkpoint-3"));
            var options = With(o => o with { OutputFolder = output, ResumeFrom = "true", SaveStrategy = IntervalStrategy.No });
            using var stop = new CancellationTokenSource();
            try
            {
                var model = new TinyModel();
                SftTrainer.Train(model, TinyModel.Rows(20), options, SftTrainer.OptimizerFor(model, options), new RunSurroundings { Evaluation = Held, Progress = new StopAfter(4, stop), Disk = disk }, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped after the fourth update and saved, as it should be.
            }
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from)) File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }
}
