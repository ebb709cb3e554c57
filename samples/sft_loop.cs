#:project ../src/TrlSharp/TrlSharp.csproj
#:package TorchSharp-cpu
#:property NoWarn=CA1707
#:property PublishAot=false

// Supervised fine-tuning, flat: every arrow from a file of chats to a trained model folder, in the order of the data flow, with nothing hidden in a trainer.
//     dotnet run -c Release samples/sft_loop.cs -- MODEL CHATS OUTPUT
// SftTrainer does the same, and adds accumulation, evaluation, checkpoints that resume to the bit, logs and guards.
using TrlSharp;
using TrlSharp.Batches;
using TrlSharp.Examples;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;
using static TorchSharp.torch;

if (args is not [var folder, var chats, var output]) throw new ArgumentException("Usage: sft_loop MODEL CHATS OUTPUT");
const int Steps = 100;
const int RowsPerStep = 4;
const int RowLength = 512;

// 1, 2  file → rows → conversations. A row that is broken throws, and says file and line.
var reader = new ExampleReader();
var examples = RowSources.Open(chats).Read().SelectMany(row => reader.Read(row).Examples);

// 3, 4, 5  conversation → text → tokens → a weight per token: exactly what the model would have sampled is trained.
var builder = new SequenceBuilder(ChatTemplate.Load(folder), Tokenizer.Load(folder), TrainPolicy.Assistant, new SequenceOptions { MaxLength = RowLength });
var sequences = new List<TokenSequence>();
foreach (var example in examples)
{
    var built = builder.Build(example);
    sequences.AddRange(built.Sequences);
    if (built.Dropped is { } reason) Console.WriteLine($"left out: {reason.Text}");
}

// 6  sequences → rows of 512 tokens. Sequences in a row never see each other.
var rows = new SequencePacker(new PackingOptions { RowLength = RowLength }).Pack(sequences).ToList();
Console.WriteLine($"{sequences.Count} sequences in {rows.Count} rows, {sequences.Sum(s => (long)s.Length)} tokens, {sequences.Sum(s => s.TargetWeight)} trained");

// The model, and what moves it.
using var model = ModelFolder.Load(folder, new ModelLoadOptions { Dtype = ScalarType.Float32 });
var optimizer = Optimizers.Create(new OptimizerOptions { LearningRate = 1e-4 }, ParameterGroup.Split(model.Parameters, weightDecay: 0.01));
var schedule = LearningRateSchedule.Create("cosine", peak: 1e-4, warmupSteps: 10, totalSteps: Steps);
var collator = new Collator(model.VocabularySize, LossNormalization.Token);
var random = new SeededRandom(42);

for (var step = 0; step < Steps; step++)
{
    using var scope = NewDisposeScope(); // Frees every tensor of this step.

    // 7  rows → tensors. The only shift in the program: position t predicts token t + 1.
    var batch = collator.Collate(Enumerable.Range(0, RowsPerStep).Select(_ => rows[random.Next(rows.Count)]));

    // 8, 9  batch → hidden states → logits of the trained positions, chunk by chunk → loss and gradient. The loss is a sum; the divisor is the weight of the whole step.
    foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
    var loss = TokenLoss.Backward(model, batch, new LossOptions(), batch.Divisor);

    // 10  gradient → step.
    Tensor[] gradients = [.. optimizer.Parameters.Select(p => p.Value.grad!)];
    var norm = GradientNorm.Of(gradients);
    if (!double.IsFinite(norm)) throw new InvalidOperationException($"The gradient of step {step + 1} is not finite.");
    GradientNorm.Clip(gradients, norm, maximum: 1);
    optimizer.Step(gradients, schedule.RateOf(step));
    Console.WriteLine($"{step + 1,4}  loss {loss.Sum / loss.Divisor:F4}  grad_norm {norm:F3}  lr {schedule.RateOf(step):G3}  accuracy {(double)loss.Correct / loss.Trained:P1}");
}

ModelFolder.Save(model, output, new ModelSaveOptions { CompanionFolder = folder });
