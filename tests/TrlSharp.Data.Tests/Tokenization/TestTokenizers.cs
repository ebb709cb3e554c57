using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Training;

namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>A small tokenizer, trained on the spot.</summary>
internal static class TestTokenizers
{
    public static readonly string[] Texts =
    [
        "The quick brown fox jumps over the lazy dog. The dog sleeps, the fox jumps again.", "def f(x):\n    return x + 1\n\nfor i in range(10):\n    print(f(i))\n",
        "Die Straße ist naß, naïve café über Äpfel.", "数学の問題を解く。数学の答え。", "It's what we've said: they'll do it, don't they? 12345 67890",
    ];

    public static readonly BytePairTrainingOptions Options = new()
    {
        VocabularySize = 290,
        SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        NamedTokens = new Dictionary<string, string> { ["eos_token"] = "<|im_end|>", ["pad_token"] = "<|endoftext|>" },
    };

    public static Tokenizer Small { get; } = BytePairTrainer.Train(Texts, Options);
}
