namespace TrlSharp.Tokenization.Text;

/// <summary>What comes before a stretch of text; decides whether a tokenizer puts its space or ▁ in front.</summary>
internal enum TextPlace
{
    /// <summary>Nothing: the text begins here.</summary>
    Beginning,

    /// <summary>An added token.</summary>
    AfterToken,

    /// <summary>Ordinary text whose tokens are fixed already: nothing is put in front of its continuation.</summary>
    AfterText,
}
