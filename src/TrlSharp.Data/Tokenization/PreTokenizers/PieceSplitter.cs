using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Cuts the pieces of a text at the matches of a pattern.</summary>
internal static class PieceSplitter
{
    /// <summary>Replaces the current pieces by what splitting each of them gives. Empty pieces fall away.</summary>
    public static void Split(TextBuffers buffers, TextPattern pattern, SplitBehavior behavior, bool invert = false)
    {
        var output = buffers.NextPieces();
        for (var i = 0; i < buffers.Pieces.Count; i++)
        {
            var (start, end) = buffers.Pieces[i];
            if (start == end) continue;
            buffers.Matches.Clear();
            pattern.FindAll(buffers.Text.Chars[start..end], buffers.Matches);
            var stretches = new Stretches(output, behavior, start);
            var at = 0;
            for (var m = 0; m < buffers.Matches.Count; m++)
            {
                var (matchStart, matchEnd) = buffers.Matches[m];
                if (at != matchStart) stretches.Add(at, matchStart, invert);
                stretches.Add(matchStart, matchEnd, !invert);
                at = matchEnd;
            }

            if (at != end - start) stretches.Add(at, end - start, invert);
            stretches.Flush();
        }

        buffers.SwapPieces();
    }

    /// <summary>Takes matches and the gaps between them from left to right and joins what the behavior joins.</summary>
    private ref struct Stretches(PieceList output, SplitBehavior behavior, int origin)
    {
        private int _start;
        private int _end;
        private bool _open;
        private bool _previousMatched;

        public void Add(int start, int end, bool matched)
        {
            if (behavior == SplitBehavior.Isolated || (behavior == SplitBehavior.Removed && !matched))
            {
                Emit(start, end);
                return;
            }

            if (behavior == SplitBehavior.Removed) return;
            var joins = behavior switch
            {
                SplitBehavior.Contiguous => matched == _previousMatched,
                SplitBehavior.MergedWithPrevious => matched && !_previousMatched,
                _ => !matched && _previousMatched,
            };
            _previousMatched = matched;
            if (joins && _open)
            {
                _end = end;
                return;
            }

            Flush();
            (_start, _end, _open) = (start, end, true);
        }

        public void Flush()
        {
            if (_open) Emit(_start, _end);
            _open = false;
        }

        private readonly void Emit(int start, int end)
        {
            if (start < end) output.Add(origin + start, origin + end);
        }
    }
}
