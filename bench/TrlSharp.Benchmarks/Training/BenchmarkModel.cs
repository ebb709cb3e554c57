using System.Globalization;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>Sizes of a Llama and what a token of it costs. D hidden size, L layers, F inner size, V vocabulary.</summary>
internal sealed record BenchmarkModel(int Hidden, int Layers, int Heads, int KeyValueHeads, int Inner, int Vocabulary)
{
    /// <summary>The small Llama of the bars: 22.5 M parameters in its layers.</summary>
    public static BenchmarkModel Small(int vocabulary) => new(512, 8, 8, 2, 1408, vocabulary);

    /// <summary>The size of the demo's, where every operation costs more than its arithmetic.</summary>
    public static BenchmarkModel Tiny { get; } = new(64, 2, 4, 4, 256, 384);

    private int HeadSize => Hidden / Heads;

    /// <summary>Weights of all linear maps in the layers.</summary>
    public long LayerWeights => (long)Layers * Hidden * ((2 * Heads * HeadSize) + (2 * KeyValueHeads * HeadSize) + (3 * Inner));

    /// <summary>Inputs and outputs of all linear maps in the layers: what one rank of an adapter on each of them costs in weights.</summary>
    public long LayerWidths => (long)Layers * ((5 * Hidden) + (2 * KeyValueHeads * HeadSize) + Hidden + (3 * (Hidden + Inner)));

    /// <summary>Weights of the head.</summary>
    public long HeadWeights => (long)Hidden * Vocabulary;

    /// <summary>Operations of attention in a forward pass over a sequence: scores and mixing of the keys that each query sees.</summary>
    public double AttentionOperations(int length) => 2.0 * Layers * Hidden * length * length;

    public CausalLM Create(ScalarType type)
    {
        // Scores of a trained model have a spread of a few units: random weights must not give less or far more.
        return CausalLM.Create(ModelConfig.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "model_type": "llama", "vocab_size": {{Vocabulary}}, "hidden_size": {{Hidden}}, "intermediate_size": {{Inner}}, "num_hidden_layers": {{Layers}},
              "num_attention_heads": {{Heads}}, "num_key_value_heads": {{KeyValueHeads}}, "hidden_act": "silu", "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
              "max_position_embeddings": 4096, "tie_word_embeddings": false, "initializer_range": 0.05
            }
            """)), seed: 1, type);
    }
}
