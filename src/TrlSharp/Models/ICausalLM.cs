using TorchSharp.Modules;
using TrlSharp.Batches;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>A decoder-only language model over packed rows. T tokens, D hidden size, V vocabulary.</summary>
public interface ICausalLM
{
    /// <summary>V: rows of the embedding.</summary>
    int VocabularySize { get; }

    /// <summary>Every parameter under its name in the checkpoint file, in a fixed order. A tied head has no entry of its own.</summary>
    IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    /// <summary>
    /// Whether passes are part of training, and the seed of what is random in them (dropout of adapters, noise on embeddings), the same for the same seed; null, the default, for passes that use the model.
    /// </summary>
    ulong? TrainingSeed { get; set; }

    /// <summary>Hidden states after the final norm, ready for <see cref="Logits"/>: [T] ids → [T, D].</summary>
    Tensor HiddenStates(Tensor tokens, SequenceLayout layout);

    /// <summary>The same, noting what routed layers decide. A model without such layers need not implement it.</summary>
    internal Tensor HiddenStates(Tensor tokens, SequenceLayout layout, List<RouterDecision>? routing) => HiddenStates(tokens, layout);

    /// <summary>Makes sure that <see cref="HiddenStates(Tensor, SequenceLayout)"/> obeys <see cref="SequenceLayout.Parents"/>, before rows whose examples share their beginning are trained. A model that does not say so refuses.</summary>
    /// <exception cref="ConfigException">It does not; the message says why.</exception>
    void CheckSharedPrefixes() =>
        throw new ConfigException($"{GetType().Name} does not say that it can read examples that share their beginning. Set packing_share_prefixes to false.");

    /// <summary>Scores over the vocabulary for rows of hidden states, with every scaling and soft cap of the family: [n, D] → [n, V].</summary>
    Tensor Logits(Tensor hidden);
}
