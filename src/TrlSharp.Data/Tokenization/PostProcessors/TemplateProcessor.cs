namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>
/// <c>TemplateProcessing</c>, <c>BertProcessing</c>, <c>RobertaProcessing</c> for one text: ids before and after it. They stand for no text,
/// so their range is [0, 0).
/// </summary>
/// <param name="before">Ids before the text.</param>
/// <param name="after">Ids after it.</param>
/// <param name="splitsText">Whether the reference hands each added token on as a text of its own (TemplateProcessing).</param>
internal sealed class TemplateProcessor(IReadOnlyList<int> before, IReadOnlyList<int> after, bool splitsText = false) : PostProcessor
{
    public bool SplitsText => splitsText;

    public override int AddedCount => before.Count + after.Count;

    public override void Apply(List<EncodedToken> tokens, int first, bool addSpecialTokens, TokenStrings strings)
    {
        if (!addSpecialTokens) return;
        tokens.InsertRange(first, before.Select(id => new EncodedToken(id, 0, 0)));
        tokens.AddRange(after.Select(id => new EncodedToken(id, 0, 0)));
    }
}
