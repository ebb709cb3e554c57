#:project ../src/TrlSharp/TrlSharp.csproj
#:package TorchSharp-cpu
#:property NoWarn=CA1707
#:property PublishAot=false

// dotnet run eng/fresh_model.cs -- DATA TEMPLATE FOLDER: a Llama of 7.7 million random parameters with a byte-level BPE learned from the texts of DATA, as a Hugging Face folder.
using TrlSharp.Models;
using TrlSharp.Rows;
using TrlSharp.Tokenization.Training;

if (args is not [var data, var template, var folder]) throw new ArgumentException("Usage: fresh_model DATA TEMPLATE FOLDER");

const int MostText = 4_000_000;
var texts = new List<string>();
var characters = 0;
foreach (var row in RowSources.Open(data).Read())
{
    if (characters > MostText) break;
    foreach (var text in Texts(row.Value))
    {
        texts.Add(text);
        characters += text.Length;
    }
}

Directory.CreateDirectory(folder);
var tokenizer = BytePairTrainer.Train(texts, new BytePairTrainingOptions
{
    VocabularySize = 4096,
    SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    NamedTokens = new Dictionary<string, string> { ["eos_token"] = "<|im_end|>", ["pad_token"] = "<|endoftext|>" },
});
tokenizer.Save(folder);
File.Copy(template, Path.Combine(folder, "chat_template.jinja"), overwrite: true);
File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"eos_token_id": {{tokenizer.EosTokenId}}}""");
using var model = CausalLM.Create(
    ModelConfig.Parse($$"""
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": {{tokenizer.VocabularySize}}, "hidden_size": 288, "intermediate_size": 768, "num_hidden_layers": 6,
         "num_attention_heads": 6, "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings": 1024, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
         "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false, "initializer_range": 0.02, "dtype": "float32"}
        """),
    seed: 1);
ModelFolder.Save(model, folder);
Console.WriteLine($"{folder}: {model.Parameters.Sum(p => p.Value.numel()):N0} parameters, {tokenizer.VocabularySize} tokens from {characters:N0} characters");

static IEnumerable<string> Texts(RowValue value) => value.Kind switch
{
    RowValueKind.String => [value.Text],
    RowValueKind.List => value.Items.SelectMany(Texts),
    RowValueKind.Map => value.Fields.SelectMany(f => Texts(f.Value)),
    _ => [],
};
