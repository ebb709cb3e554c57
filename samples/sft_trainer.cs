#:project ../src/TrlSharp/TrlSharp.csproj
#:package TorchSharp-cpu
#:property NoWarn=CA1707
#:property PublishAot=false

// Supervised fine-tuning with the trainer: dotnet run -c Release samples/sft_trainer.cs -- MODEL CHATS OUTPUT
// What it does is written out in sft_loop.cs; checkpoints, resuming, logs and evaluation are what the trainer adds.
using TrlSharp.Sft;
using TrlSharp.Sft.Options;

if (args is not [var model, var chats, var output]) throw new ArgumentException("Usage: sft_trainer MODEL CHATS OUTPUT");
var settings = new SftSettings
{
    Model = new() { Path = model },
    Data = new() { Path = chats, Packing = true, MaxLength = 512 },
    Training = new() { Training = new() { OutputFolder = output, MaxSteps = 100, Optimizer = new() { LearningRate = 1e-4 }, ResumeFrom = "true" } },
};
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel(); // Saves a checkpoint; the same command goes on from it.
};
var result = SftRun.Execute(settings, stop: stop.Token)!;
foreach (var entry in result.Log) Console.WriteLine($"{entry.Step}: loss {entry["loss"]:F4}");
