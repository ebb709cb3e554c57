using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>Replace</c>: writes <paramref name="content"/> for every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public override void Apply(TextBuffers buffers)
    {
        if (pattern is LiteralPattern { Literal: [var from] } && content is [var to])
        {
            buffers.Text.Replace(from, to);
            return;
        }

        var source = buffers.Text;
        buffers.Matches.Clear();
        pattern.FindAll(source.Chars, buffers.Matches);
        if (buffers.Matches.Count == 0) return;
        var target = buffers.NextText();
        var at = 0;
        for (var i = 0; i < buffers.Matches.Count; i++)
        {
            var (start, end) = buffers.Matches[i];
            target.Append(source, at, start);

            // Insertions take the range of the last character they replace (or of the one before, for an empty match).
            var (first, last) = end < 1 ? (source.Origin, source.Origin) : (source.Start(end - 1), source.End(end - 1));
            foreach (var c in content) target.Append(c, first, last);
            at = end;
        }

        target.Append(source, at, source.Length);
        buffers.SwapText();
    }
}
