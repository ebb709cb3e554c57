using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Something that can be found in a text.</summary>
internal abstract class TextPattern
{
    /// <summary>Appends every match in <paramref name="text"/> from left to right; matches do not overlap, and may be empty.</summary>
    public abstract void FindAll(ReadOnlySpan<char> text, PieceList matches);
}
