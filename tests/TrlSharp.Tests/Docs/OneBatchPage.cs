using System.Globalization;
using System.Text;
using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Examples;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft;
using TrlSharp.Templates;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Training;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Docs;

/// <summary>Follows two rows through the ten arrows with the library's public types, and prints what each arrow makes of the first.</summary>
internal sealed class OneBatchPage
{
    private const string Rows = """
        {"messages": [{"role": "user", "content": "Is 7 prime?"}, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "And 9?"}, {"role": "assistant", "content": "No: 3 × 3."}]}
        {"messages": [{"role": "user", "content": "And 2?"}, {"role": "assistant", "content": "Yes, the only even one."}]}

        """;

    private const string Config = """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 262, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
         "num_key_value_heads": 1, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.2}
        """;

    private readonly StringBuilder _page = new();

    public static string Print()
    {
        var folder = Directory.CreateTempSubdirectory("one-batch").FullName;
        try
        {
            return new OneBatchPage().Follow(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Follow(string folder)
    {
        Line("# One batch, arrow by arrow\n");
        Line("Two rows go through the whole program, and this page shows what every arrow makes of the first. A test prints it from a run of the library's public types, with a model");
        Line("of 16 channels and random weights; it fails when the page and the program differ.");
        var rows = ReadRows(folder);
        var chats = rows.Select(ToExample).ToList();
        var tokenizer = LearnTokenizer();
        var template = ChatTemplate.Parse(BuiltInTemplates.Find("chatml")!, "chatml", tokenizer.SpecialTokens);
        Render(template, chats[0]);
        var builder = new SequenceBuilder(template, tokenizer, TrainPolicy.Assistant, new SequenceOptions { StopIds = [tokenizer.EosTokenId!.Value] });
        Weigh(tokenizer, builder, chats[0]);
        var packed = Pack([.. chats.SelectMany(c => builder.Build(c).Sequences)]);
        using var scope = NewDisposeScope();
        using var model = CausalLM.Create(ModelConfig.Parse(Config), seed: 1);
        var batch = Collate(tokenizer, packed);
        Forward(model, batch);
        Step(model, batch);
        Save(model, folder);
        return _page.ToString();
    }

    private List<Row> ReadRows(string folder)
    {
        var file = Path.Combine(folder, "chats.jsonl");
        File.WriteAllText(file, Rows);
        var rows = RowSources.Open(file).Read().Select(r => r with { Origin = r.Origin with { File = "chats.jsonl" } }).ToList();
        Arrow(1, "file → row", "`Row(Value, Origin)` · [Rows](../src/TrlSharp.Data/Rows)", "A row is a value and the place it came from. The place stays with it to the end.");
        Block($"{rows[0].Origin}\n{rows[0].Value}");
        return rows;
    }

    private ConversationExample ToExample(Row row)
    {
        var read = new ExampleReader().Read(row);
        var chat = (ConversationExample)read.Examples[0];
        if (row.Origin.Line > 1) return chat;
        Arrow(2, "row → conversation", "`ConversationExample` · [Examples](../src/TrlSharp.Data/Examples), [Conversations](../src/TrlSharp.Data/Conversations)",
            "The format is decided for each row by itself, whatever dialect it was written in. Loss flags of messages would still be inside.");
        Block(string.Join('\n', chat.Messages.Select((m, i) => $"messages[{i}]  {m.Find("role")!.Text,-9}  {m.Find("content")!.Text}").Prepend($"format {read.Format}")));
        return chat;
    }

    /// <summary>Bytes and three control tokens, nothing merged: every token can be read.</summary>
    private static Tokenizer LearnTokenizer() => BytePairTrainer.Train(
        [Rows],
        new BytePairTrainingOptions
        {
            VocabularySize = 262,
            SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            NamedTokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["eos_token"] = "<|im_end|>", ["pad_token"] = "<|endoftext|>" },
        });

    private void Render(ChatTemplate template, ConversationExample chat)
    {
        var rendered = template.Render(new RenderRequest { Messages = chat.Messages });
        Arrow(3, "conversation → text with provenance", "`RenderedConversation(Text, Spans)` · [Templates](../src/TrlSharp.Data/Templates)",
            "The template is interpreted over strings that know where every character came from. Spans tile the text. *Owner* is the message in whose iteration the characters were written.");
        Block(string.Join('\n', rendered.Spans.Select(s =>
            $"[{s.Start,3}, {s.End,3})  {s.Origin,-19} owner {s.Owner,2}  {Visible(rendered.Text[s.Start..s.End])}")));
    }

    private void Weigh(Tokenizer tokenizer, SequenceBuilder builder, ConversationExample chat)
    {
        var explained = builder.Explain(chat)[0];
        var tokens = explained.Tokens;
        Arrow(4, "text → tokens", "`EncodedToken(Id, Start, End)` · [Tokenization](../src/TrlSharp.Data/Tokenization)",
            $"{tokens.Count} tokens. Ranges tile the text. A new run of tokens begins where the model would begin to sample, and control tokens are made from template text only, never from content.");
        Arrow(5, "tokens → weights", "`TokenSequence(Tokens, Weights, Origin)` · [Sequences](../src/TrlSharp.Data/Sequences)",
            "One float per token: the weight of *predicting* it. Exactly what the model would have sampled has one: the answers and their stop tokens. Shown for the first answer and what surrounds it:");
        var first = explained.Weights.TakeWhile(w => w == 0).Count();
        Block(string.Join('\n', Enumerable.Range(first - 3, 10).Select(t =>
            $"{t,3}  id {tokens[t].Id,3}  [{tokens[t].Start,3}, {tokens[t].End,3})  weight {Text(explained.Weights[t])}  {Visible(tokenizer.Decode([tokens[t].Id])),-14}  {Because(explained, t)}")));
    }

    private static string Because(TokenExplanation explained, int token) => explained.Reasons[token] is >= 0 and var span
        ? $"{explained.Example.Weights[span].Channel}: {explained.Example.Weights[span].Reason}" : "context";

    private IReadOnlyList<PackedRow> Pack(IReadOnlyList<TokenSequence> sequences)
    {
        IReadOnlyList<PackedRow> rows = [.. new SequencePacker(new PackingOptions { RowLength = 256 }).Pack(sequences)];
        Arrow(6, "sequences → packed rows", "`PackedRow(Sequences)` · [Packing](../src/TrlSharp.Data/Packing)", "Whole sequences share a row; each appears once; weights are part of them, so none can be lost.");
        Block(string.Join('\n', rows.SelectMany((row, r) => row.Sequences.Select(s =>
            $"row {r}: {s.Origin}  {s.Length,3} tokens, Σ weights {Text(s.TargetWeight)}"))));
        return rows;
    }

    private PackedBatch Collate(Tokenizer tokenizer, IReadOnlyList<PackedRow> rows)
    {
        var batch = new Collator(262, LossNormalization.Token).Collate(rows);
        Arrow(7, "packed rows → batch", "`PackedBatch(Tokens, Layout, Trained, Targets, Weights, Divisor)` · [Batches](../src/TrlSharp/Batches)",
            "The only shift in the program: position t predicts token t + 1 of its own sequence. Nothing is padded. T tokens, n of them trained.");
        var (trained, targets) = (batch.Trained.data<long>().ToArray(), batch.Targets.data<long>().ToArray());
        Block($"Tokens  int64 [T = {batch.Length}]\nLayout  {string.Join(", ", batch.Layout.Starts)}\nTrained int64 [n = {batch.TrainedCount}]: {string.Join(", ", trained.Take(5))} …\n"
            + $"Targets int64 [n]: {string.Join(", ", targets.Take(5))} … = {Visible(tokenizer.Decode([.. targets.Take(5).Select(t => (int)t)]))} …\nDivisor {Text(batch.Divisor)}");
        return batch;
    }

    private void Forward(CausalLM model, PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var logits = model.Logits(model.HiddenStates(batch.Tokens, batch.Layout).index_select(0, batch.Trained)); // [n, V]
        Arrow(8, "batch → logits", "`ICausalLM` · [Models](../src/TrlSharp/Models)", "Attention ends at each sequence. Only trained positions go through the head, so [T, V] never exists.");
        Block($"logits [n = {logits.size(0)}, V = {logits.size(1)}]\nlikelihood of the first target {Text(logits[0].softmax(0)[batch.Targets[0]].ToDouble())}");
    }

    private void Step(CausalLM model, PackedBatch batch)
    {
        var groups = ParameterGroup.Split(model.Parameters, weightDecay: 0);
        var options = new OptimizerOptions { LearningRate = 0.01 };
        var schedule = LearningRateSchedule.Create("constant", options.LearningRate, warmupSteps: 0, totalSteps: 2);
        var objective = new SftObjective(model, new(), LossNormalization.Token);
        var loop = new TrainingLoop<PackedBatch>(objective, Optimizers.Create(options, groups), schedule);
        var step = loop.Step(0, [batch]);
        var loss = step.MicroBatches[0];
        Arrow(9, "logits → loss", "`BatchLoss(Sum, Divisor, …)` · [Losses](../src/TrlSharp/Losses)", "A sum over trained tokens, not a mean: sums add up over micro-batches, means do not.");
        Block($"Σ weight · −log p = {Text(loss.Sum)} over {loss.Trained} trained tokens; an even guess would give n · log V = {Text(loss.Trained * Math.Log(262))}");
        Arrow(10, "loss → step → folder", "`TrainingLoop` · [Training](../src/TrlSharp/Training), [Checkpoints](../src/TrlSharp/Checkpoints)",
            "One division per optimizer step, by what all its micro-batches together weigh; then the gradient is clipped and AdamW moves the weights.");
        Block($"loss {Text(step.Loss)} = {Text(loss.Sum)} / {Text(step.Divisor)}\ngradient norm {Text(step.GradientNorm)}, learning rate {Text(step.LearningRate)}\nloss after the step {Text(objective.Evaluate(batch).Sum / batch.Divisor)}");
    }

    private void Save(CausalLM model, string folder)
    {
        var output = Path.Combine(folder, "out");
        ModelFolder.Save(model, output, new ModelSaveOptions { CompanionFolder = null });
        Line($"\nThe folder then holds {string.Join(", ", Directory.EnumerateFiles(output).Select(f => $"`{Path.GetFileName(f)}`").Order(StringComparer.Ordinal))}; the command `sft` adds tokenizer, template, state and card.");
    }

    private void Arrow(int number, string title, string type, string text) => Line($"\n## {number}. {title}\n\n{type}\n\n{text}");

    private void Block(string text) => Line($"\n```\n{text}\n```");

    private void Line(string text) => _page.Append(text).Append('\n');

    private static string Visible(string text) => text.Replace("\n", "⏎", StringComparison.Ordinal);

    /// <summary>Four significant digits: what every processor agrees on.</summary>
    private static string Text(double number) => number.ToString("G4", CultureInfo.InvariantCulture);
}
