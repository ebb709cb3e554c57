using TrlSharp.Tests;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>The small byte-level tokenizers of the SFT reference cases, read once.</summary>
internal static class SmallTokenizers
{
    private static readonly Lazy<Tokenizer> LazyQwen = new(() => Read("qwenlike"));
    private static readonly Lazy<Tokenizer> LazyLlama = new(() => Read("llamalike"));

    /// <summary>NFC, no BOS, EOS <c>&lt;|im_end|></c>.</summary>
    public static Tokenizer Qwen => LazyQwen.Value;

    /// <summary>BOS by post-processor, trimmed ranges, EOS <c>&lt;|eot_id|></c>.</summary>
    public static Tokenizer Llama => LazyLlama.Value;

    private static Tokenizer Read(string name) => Tokenizer.Parse(
        File.ReadAllBytes(SharedData.Path("conformance", "sft_data", "tokenizers", name, "tokenizer.json")),
        File.ReadAllBytes(SharedData.Path("conformance", "sft_data", "tokenizers", name, "tokenizer_config.json")));
}
