using TrlSharp.Tokenization.Training;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class BytePairTrainerTests
{
    /// <summary>
    /// Words of "aab aab ab" with their spaces: "aab" once, " aab" once, " ab" once. Pairs: (a,b) 3, (a,a) 2, (Ġ,a) 2. First ab; then
    /// (a,ab) 2 before (Ġ,a) 1 + (Ġ,ab) 1, and nothing else occurs twice.
    /// </summary>
    [Fact]
    public void Merges_are_learned_by_frequency()
    {
        var tokenizer = BytePairTrainer.Train(["aab aab ab"], new BytePairTrainingOptions { VocabularySize = 1000 });
        Assert.Equal(["ab", "aab"], Enumerable.Range(256, tokenizer.VocabularySize - 256).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        var forward = BytePairTrainer.Train(TestTokenizers.Texts, TestTokenizers.Options);
        var backward = BytePairTrainer.Train(TestTokenizers.Texts.Reverse(), TestTokenizers.Options);
        Assert.Equal(Enumerable.Range(0, forward.VocabularySize).Select(forward.TokenOf), Enumerable.Range(0, backward.VocabularySize).Select(backward.TokenOf));
        Assert.Equal(290, forward.VocabularySize);
    }

    [Fact]
    public void Special_tokens_come_first_and_never_enter_a_merge()
    {
        var tokenizer = BytePairTrainer.Train(["<s><s><s>", "x<s>"], new BytePairTrainingOptions { VocabularySize = 300, SpecialTokens = ["<s>"] });
        Assert.Equal(0, tokenizer.IdOf("<s>"));
        Assert.Equal(257, tokenizer.VocabularySize);
    }

    [Fact]
    public void Impossible_sizes_are_refused() =>
        Assert.Contains("257", Assert.Throws<ConfigException>(() => BytePairTrainer.Train([], new BytePairTrainingOptions { VocabularySize = 256, SpecialTokens = ["<s>"] })).Message, StringComparison.Ordinal);
}
