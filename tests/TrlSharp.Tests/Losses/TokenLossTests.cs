using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Tests.Training;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Losses;

public sealed class TokenLossTests
{
    public static TheoryData<string, LossOptions> Losses => new()
    {
        { "nll", new() },
        { "dft", new() { Kind = TokenLossKind.Dft } },
        { "label smoothing", new() { LabelSmoothing = 0.2 } },
        { "z-loss", new() { ZLoss = 0.01 } },
        { "everything", new() { Kind = TokenLossKind.Dft, LabelSmoothing = 0.1, ZLoss = 0.02 } },
        { "one position at a time", new() { LogitsBudget = 1, ZLoss = 0.02 } },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void Loss_and_gradient_equal_those_that_autograd_finds_for_the_formula(string name, LossOptions options)
    {
        Assert.NotEmpty(name);
        using var scope = NewDisposeScope();
        var model = new TinyModel();
        var batch = new Collator(model.VocabularySize, LossNormalization.Token).Collate(TinyModel.Rows(4));

        var expected = Formula(model, batch, options);
        (expected / 3).backward();
        var gradients = model.Parameters.Select(p => p.Value.grad!.clone()).ToList();
        foreach (var (_, value) in model.Parameters) value.grad = null;

        var loss = TokenLoss.Backward(model, batch, options, divisor: 3);
        Assert.Equal(expected.ToDouble(), loss.Sum, 1e-5);
        foreach (var ((_, value), gradient) in model.Parameters.Zip(gradients))
            Assert.True((value.grad! - gradient).abs().max().ToDouble() < 1e-6);
        Assert.Equal(loss, TokenLoss.Evaluate(model, batch, options));
    }

    [Fact]
    public void Entropy_and_accuracy_of_even_scores_are_known()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(3, 4); // [3, 4]
        logits[0, 2] = 100f;
        var loss = VocabularyLoss.Of(logits, tensor([2L, 0L, 3L]), tensor([1f, 0.5f, 2f]), new());
        // Row 0 is sure and right: nothing. Rows 1 and 2 are even: log 4 each; of equals the first counts as likeliest, so row 1 is right and row 2 is not.
        Assert.Equal(2.5 * Math.Log(4), loss.Sum, 1e-6);
        Assert.Equal(2 * Math.Log(4), loss.Entropy, 1e-6);
        Assert.Equal(2, loss.Correct);
        Assert.Equal(3, loss.Trained);
    }

    /// <summary>Equal scores before the target, in a whole vector before it or in the rest, make it wrong; behind it they do not.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void The_first_of_equal_scores_is_the_likeliest(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var logits = zeros(4, 50, dtype: type); // [4, 50]
        foreach (var (row, likely) in new (int, int[])[] { (0, [20, 45]), (1, [20, 45]), (2, [33, 40]), (3, [0]) })
            foreach (var index in likely) logits[row, index] = tensor(3f).to(type);
        bool IsRight(int row, long target) => VocabularyLoss.Of(logits.narrow(0, row, 1), tensor([target]), tensor([1f]), new()).Correct == 1;
        Assert.Equal([true, false, false, true, true, false], [IsRight(0, 20), IsRight(1, 45), IsRight(2, 40), IsRight(2, 33), IsRight(3, 0), IsRight(3, 49)]);
    }

    [Theory]
    [InlineData(11, null, int.MaxValue)]
    [InlineData(152_000, null, 192)]
    [InlineData(152_000, 10L * 4 * 152_000, 10)]
    public void Chunks_of_the_head_have_as_many_positions_as_the_budget_holds_and_without_one_enough(int vocabulary, long? budget, int most)
    {
        using var scope = NewDisposeScope();
        var model = new ChunkedModel(new TinyModel(vocabulary, hidden: 2));
        var batch = new Collator(vocabulary, LossNormalization.Token).Collate(TinyModel.Rows(60));
        Assert.InRange(batch.TrainedCount, 193, 2 * 192);
        TokenLoss.Evaluate(model, batch, new() { LogitsBudget = budget });
        Assert.Equal(batch.TrainedCount, model.Chunks.Sum());
        Assert.All(model.Chunks.SkipLast(1), chunk => Assert.Equal(most, chunk));
        Assert.Equal(((long)batch.TrainedCount + most - 1) / most, model.Chunks.Count);
    }

    /// <summary>Notes how many positions it is asked for at a time.</summary>
    private sealed class ChunkedModel(ICausalLM model) : ICausalLM
    {
        public List<long> Chunks { get; } = [];

        public int VocabularySize => model.VocabularySize;

        public IReadOnlyList<(string Name, TorchSharp.Modules.Parameter Value)> Parameters => model.Parameters;

        public ulong? TrainingSeed { get; set; }

        public Tensor HiddenStates(Tensor tokens, SequenceLayout layout) => model.HiddenStates(tokens, layout);

        public Tensor Logits(Tensor hidden)
        {
            Chunks.Add(hidden.size(0));
            return model.Logits(hidden);
        }
    }

    [Fact]
    public void A_batch_without_trained_tokens_costs_nothing_and_touches_nothing()
    {
        using var scope = NewDisposeScope();
        var model = new TinyModel();
        var rows = TinyModel.Rows(1).Select(r => r with { Sequences = [.. r.Sequences.Select(s => s with { Weights = new float[s.Length] })] });
        var loss = TokenLoss.Backward(model, new Collator(model.VocabularySize, LossNormalization.Token).Collate(rows), new(), 1);
        Assert.Equal(0, loss.Sum);
        Assert.All(model.Parameters, p => Assert.Null(p.Value.grad));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.5f)]
    public void The_target_of_an_untrained_position_changes_nothing(float weight)
    {
        // The last token of a sequence is a target only: no later position sees it.
        using var scope = NewDisposeScope();
        var model = new TinyModel();
        var rows = TinyModel.Rows(3).Select(r => r with { Sequences = [.. r.Sequences.Select(s => s with { Weights = [.. s.Weights.Take(s.Length - 1), weight] })] }).ToList();
        var others = rows.Select(r => r with { Sequences = [.. r.Sequences.Select(s => s with { Tokens = [.. s.Tokens.Take(s.Length - 1), (s.Tokens[^1] + 1) % model.VocabularySize] })] }).ToList();
        var collator = new Collator(model.VocabularySize, LossNormalization.Token);
        var (loss, other) = (TokenLoss.Evaluate(model, collator.Collate(rows), new()).Sum, TokenLoss.Evaluate(model, collator.Collate(others), new()).Sum);
        if (weight == 0) Assert.Equal(loss, other);
        else Assert.True(Math.Abs(loss - other) > 1e-4);
    }

    /// <summary>The loss in one piece, on all positions, for autograd to differentiate.</summary>
    private static Tensor Formula(TinyModel model, PackedBatch batch, LossOptions options)
    {
        var logits = model.Logits(model.HiddenStates(batch.Tokens, batch.Layout)).index_select(0, batch.Trained); // [n, V]
        var logProbabilities = logits.log_softmax(1); // [n, V]
        var nll = -logProbabilities.gather(1, batch.Targets.unsqueeze(1)).squeeze(1); // [n]
        var factor = options.Kind == TokenLossKind.Dft ? nll.detach().neg().exp() : ones_like(nll); // [n]
        var loss = factor * (nll * (1 - options.LabelSmoothing) - logProbabilities.mean([1]) * options.LabelSmoothing) + logits.logsumexp(1).square() * options.ZLoss; // [n]
        return (loss * batch.Weights).sum();
    }
}
