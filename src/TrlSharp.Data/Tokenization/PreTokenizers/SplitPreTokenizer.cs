using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary><c>Split</c>, <c>Punctuation</c>, <c>Digits</c>, <c>WhitespaceSplit</c>, <c>CharDelimiterSplit</c>: a pattern and a behavior.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    public override WordScanner? Words => behavior == SplitBehavior.Isolated && !invert ? pattern as WordScanner : null;

    public override void Apply(TextBuffers buffers) => PieceSplitter.Split(buffers, pattern, behavior, invert);
}
