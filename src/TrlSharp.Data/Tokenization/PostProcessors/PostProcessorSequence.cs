namespace TrlSharp.Tokenization.PostProcessors;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    public override int AddedCount => processors.Sum(processor => processor.AddedCount);

    public override void Apply(List<EncodedToken> tokens, int first, bool addSpecialTokens, TokenStrings strings)
    {
        foreach (var processor in processors) processor.Apply(tokens, first, addSpecialTokens, strings);
    }
}
