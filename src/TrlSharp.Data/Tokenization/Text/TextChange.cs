namespace TrlSharp.Tokenization.Text;

/// <summary>
/// One code point of a rewritten text. <paramref name="Change"/> is 0 when it replaces the next code point of the old text, 1 when it is
/// inserted after what came before, and −n when it replaces the next one and the n after that one are removed.
/// </summary>
internal readonly record struct TextChange(int CodePoint, int Change);
