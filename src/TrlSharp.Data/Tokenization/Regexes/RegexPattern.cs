using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Regexes;

internal sealed class RegexPattern : TextPattern
{
    public static RegexPattern Create(string regex, string path) => throw new ModelFolderException($"{path}: the regex {regex} is not implemented.");

    public override void FindAll(ReadOnlySpan<char> text, PieceList matches) => throw new NotSupportedException();
}
