using TrlSharp.Batches;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>The padded batch of a golden file as one packed row. B rows, T tokens without padding, P padded length.</summary>
/// <param name="Tokens">int64 [T]</param>
/// <param name="Layout">B sequences.</param>
/// <param name="Kept">int64 [T]: where each token stood in the flattened padded batch.</param>
/// <param name="PaddedLength">P.</param>
internal sealed record TokenBatch(Tensor Tokens, SequenceLayout Layout, Tensor Kept, int PaddedLength)
{
    public static TokenBatch Read(Golden golden)
    {
        var ids = golden["input_ids"]; // [B, P]
        var padded = (int)ids.size(1);
        var lengths = golden.Json["batch"]!["lengths"]!.AsArray().Select(n => n!.GetValue<int>()).ToList();
        var kept = tensor(lengths.SelectMany((length, row) => Enumerable.Range(0, length).Select(t => (long)row * padded + t)).ToArray()); // [T]
        return new(ids.flatten()[kept], SequenceLayout.FromLengths(lengths), kept, padded);
    }

    /// <summary>The same places of a padded tensor: [B, P, …] → [T, …].</summary>
    public Tensor Unpad(Tensor padded) => padded.flatten(0, 1)[Kept];

    /// <summary>From hidden states or logits of every token to the log-probability of the label that follows it, and where there is one.</summary>
    /// <param name="logits">[T, V]</param>
    /// <param name="labels">int64 [B, P], -100 where there is no target</param>
    /// <returns>[T] log-probabilities at the position of the label, 0 where there is none; bool [T].</returns>
    public (Tensor LogProbabilities, Tensor IsTarget) LabelScores(Tensor logits, Tensor labels)
    {
        var label = Unpad(labels); // [T]
        var isTarget = label != -100; // [T]
        foreach (var start in Layout.Starts.SkipLast(1)) isTarget[start] = tensor(false);
        var at = isTarget.nonzero().flatten(); // [targets]
        var scores = logits[at - 1].to(ScalarType.Float32).log_softmax(-1).gather(1, label[at].unsqueeze(1)).squeeze(1); // [targets]
        return (zeros(label.size(0)).scatter(0, at, scores), isTarget);
    }
}
