namespace TrlSharp.Tokenization.PostProcessors;

/// <summary><c>Sequence</c>: one after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    public IReadOnlyList<PostProcessor> Steps => processors;

    public override int AddedCount => processors.Sum(processor => processor.AddedCount);

    public override bool TrimsRanges => processors.Any(processor => processor.TrimsRanges);

    public override void Apply(List<EncodedToken> tokens, int first, bool addSpecialTokens, TokenStrings strings)
    {
        foreach (var processor in processors) processor.Apply(tokens, first, addSpecialTokens, strings);
    }
}
