using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary><c>Metaspace</c>: spaces become ▁, pieces that lack one in front get it, and words are cut before each ▁.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly LiteralPattern _mark = new(replacement.ToString());

    public override void Apply(TextBuffers buffers)
    {
        buffers.Text.Replace(' ', replacement);
        if (scheme != PrependScheme.Never) PrependMarks(buffers);
        if (split) PieceSplitter.Split(buffers, _mark, SplitBehavior.MergedWithNext);
    }

    private void PrependMarks(TextBuffers buffers)
    {
        if (buffers.Pieces.Count == 1 && buffers.Pieces[0] == (0, buffers.Text.Length))
        {
            if (!NeedsMark(buffers, 0)) return;
            buffers.Text.Prepend([replacement]);
            buffers.NextPieces().Add(0, buffers.Text.Length);
            buffers.SwapPieces();
            return;
        }

        var (target, pieces) = (buffers.NextText(), buffers.NextPieces());
        for (var i = 0; i < buffers.Pieces.Count; i++)
        {
            var (start, end) = buffers.Pieces[i];
            var begin = target.Length;
            if (NeedsMark(buffers, start)) target.Append(replacement, buffers.Text.Start(start), buffers.Text.End(start));
            target.Append(buffers.Text, start, end);
            pieces.Add(begin, target.Length);
        }

        buffers.SwapText();
        buffers.SwapPieces();
    }

    private bool NeedsMark(TextBuffers buffers, int start)
    {
        var text = buffers.Text;
        if (text.Length == 0 || text.Chars[start] == replacement) return false;
        return scheme == PrependScheme.Always ? start > 0 || buffers.Place != TextPlace.AfterText : text.Start(start) == 0 && buffers.Place == TextPlace.Beginning;
    }
}
