using TorchSharp.Modules;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Training;

/// <summary>
/// The smallest model that mixes positions: the hidden state is tanh of the running mean of a sequence's embeddings, and scores are a matrix times it.
/// T tokens, D hidden size, V vocabulary.
/// </summary>
internal sealed class TinyModel : ICausalLM
{
    private readonly Parameter _embedding; // [V, D]
    private readonly Parameter _head; // [V, D]

    public TinyModel(int vocabulary = 11, int hidden = 6, ulong seed = 1, ScalarType type = ScalarType.Float32)
    {
        var random = new SeededRandom(seed);
        VocabularySize = vocabulary;
        _embedding = Random(vocabulary, hidden, random, type);
        _head = Random(vocabulary, hidden, random, type);
        Parameters = [("model.embed_tokens.weight", _embedding), ("lm_head.weight", _head)];
    }

    public int VocabularySize { get; }

    public ulong? TrainingSeed { get; set; }

    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    public Tensor HiddenStates(Tensor tokens, SequenceLayout layout)
    {
        using var scope = NewDisposeScope();
        var states = new List<Tensor>();
        for (var s = 0; s < layout.Count; s++)
        {
            var length = layout.Starts[s + 1] - layout.Starts[s];
            var embedded = _embedding.index_select(0, tokens.narrow(0, layout.Starts[s], length)); // [t, D]
            states.Add((embedded.cumsum(0) / arange(1, length + 1).unsqueeze(1).to_type(embedded.dtype)).tanh());
        }

        return cat(states).MoveToOuterDisposeScope(); // [T, D]
    }

    public Tensor Logits(Tensor hidden) => hidden.matmul(_head.t()); // [n, V]

    /// <summary>The bits of all weights.</summary>
    public byte[] Bytes() => [.. Parameters.SelectMany(p => p.Value.detach().bytes.ToArray())];

    /// <summary>Rows of one or two random sequences, about two thirds of whose tokens are trained.</summary>
    public static IReadOnlyList<PackedRow> Rows(int count, int vocabulary = 11, ulong seed = 7)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(row => new PackedRow([.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Sequence(random, row, vocabulary))]))];
    }

    private static TokenSequence Sequence(SeededRandom random, int row, int vocabulary)
    {
        var length = 2 + random.Next(9);
        return new()
        {
            Tokens = [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))],
            Weights = [.. Enumerable.Range(0, length).Select(t => t > 0 && random.Next(3) > 0 ? 1f : 0f)],
            Origin = new RowOrigin("tiny.jsonl", row + 1),
        };
    }

    private static Parameter Random(int rows, int columns, SeededRandom random, ScalarType type) =>
        new(tensor([.. Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() - 0.5))]).reshape(rows, columns).to_type(type).DetachFromDisposeScope());
}
