namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Which pieces get a metaspace in front.</summary>
internal enum PrependScheme
{
    /// <summary>Only the piece at the start of the original text.</summary>
    First,

    /// <summary>None.</summary>
    Never,

    /// <summary>Every piece.</summary>
    Always,
}
