using TrlSharp.Sequences;
using TrlSharp.Tokenization;

namespace TrlSharp.Sft;

/// <summary>A model whose stop token is never trained does not learn to stop.</summary>
internal static class StopGuard
{
    /// <summary>What should be said; null when some trained token is a stop, or nothing has one.</summary>
    /// <param name="sequences">The training data; read until the first trained stop.</param>
    /// <param name="stops">Ids that end an answer.</param>
    /// <param name="tokenizer">For their names.</param>
    public static string? NoticeFor(IEnumerable<TokenSequence> sequences, IReadOnlySet<int> stops, Tokenizer tokenizer)
    {
        if (stops.Count == 0) return null;
        foreach (var sequence in sequences)
            for (var t = 0; t < sequence.Length; t++)
                if (sequence.Weights[t] > 0 && stops.Contains(sequence.Tokens[t])) return null;
        return $"no stop token ({string.Join(", ", stops.Order().Select(id => tokenizer.Decode([id], skipSpecialTokens: false)))}) is trained in any row: the model will not learn to end its answers. See append_stop and stop in docs/masks.md.";
    }
}
