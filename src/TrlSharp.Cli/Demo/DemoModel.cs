using System.Globalization;
using TrlSharp.Models;
using TrlSharp.Templates;
using TrlSharp.Tokenization.Training;

namespace TrlSharp.Cli.Demo;

/// <summary>The model that the demo starts from: a Llama with random weights and a tokenizer learned from the demo's own questions, as a Hugging Face folder.</summary>
internal static class DemoModel
{
    private const int Vocabulary = 384;
    private const string TurnBegin = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";
    private const string TextEnd = "<|endoftext|>";

    /// <summary>The roles stand in every turn: as tokens of their own they keep the chats short.</summary>
    private static readonly string[] Roles = ["user\n", "assistant\n"];

    /// <param name="folder">Created where it is missing.</param>
    /// <param name="seed">Equal seeds give equal weights.</param>
    /// <param name="largest">The largest number in a question, as <see cref="MiniNectar"/> has it.</param>
    public static void Write(string folder, ulong seed, int largest = MiniNectar.LargestNumber)
    {
        Directory.CreateDirectory(folder);
        var tokenizer = BytePairTrainer.Train(MiniNectar.Questions(largest).Training.SelectMany(q => Roles.Prepend(q.Text)), new BytePairTrainingOptions
        {
            VocabularySize = Vocabulary,
            SpecialTokens = [TextEnd, TurnBegin, TurnEnd],
            NamedTokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["eos_token"] = TurnEnd, ["pad_token"] = TextEnd },
        });
        tokenizer.Save(folder);
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), BuiltInTemplates.Find("chatml"));
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), string.Create(CultureInfo.InvariantCulture, $"{{\n  \"eos_token_id\": {tokenizer.EosTokenId}\n}}\n"));
        using var model = CausalLM.Create(ModelConfig.Parse(Config(tokenizer.VocabularySize)), seed);
        ModelFolder.Save(model, folder, new ModelSaveOptions { CompanionFolder = null });
    }

    private static string Config(int vocabulary) => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "architectures": ["LlamaForCausalLM"],
          "model_type": "llama",
          "vocab_size": {{vocabulary}},
          "hidden_size": 64,
          "intermediate_size": 256,
          "num_hidden_layers": 1,
          "num_attention_heads": 4,
          "num_key_value_heads": 4,
          "hidden_act": "silu",
          "max_position_embeddings": 256,
          "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0,
          "tie_word_embeddings": false,
          "attention_bias": false,
          "mlp_bias": false,
          "initializer_range": 0.1,
          "dtype": "float32"
        }
        """);
}
