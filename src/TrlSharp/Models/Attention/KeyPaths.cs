using TrlSharp.Batches;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// The keys that each sequence of a row sees. A sequence that continues others gets a copy of them in front of its own, so that a kernel finds them in one piece, and the gradients of the
/// copies are added to those of what was copied. T tokens, U tokens of such copies.
/// </summary>
internal sealed class KeyPaths
{
    private readonly SequenceLayout _layout;
    private readonly int[] _pasts;
    private readonly int[] _starts;

    /// <summary>Pieces of the row in the order of the copies: sequence by sequence that continues others, from the start of each path.</summary>
    private readonly List<(int Start, int Length)> _pieces = [];

    public KeyPaths(SequenceLayout layout)
    {
        _layout = layout;
        (_pasts, _starts) = (new int[layout.Count], new int[layout.Count]);
        for (int s = 0, copied = 0; s < layout.Count; s++)
        {
            _pasts[s] = layout.PastOf(s);
            _starts[s] = _pasts[s] == 0 ? layout.Starts[s] : copied;
            if (_pasts[s] == 0 || layout.LengthOf(s) == 0) continue;
            foreach (var at in layout.PathOf(s)) _pieces.Add((layout.Starts[at], layout.LengthOf(at)));
            copied += Length(s);
        }
    }

    /// <summary>Number of sequences.</summary>
    public int Count => _pasts.Length;

    /// <summary>Tokens that a sequence continues.</summary>
    public int Past(int s) => _pasts[s];

    /// <summary>Tokens of a sequence with those that it continues.</summary>
    public int Length(int s) => _pasts[s] + _layout.LengthOf(s);

    /// <summary>The place in the row of the first token that a sequence would have there if what it continues stood before it: where its position is 0. May be before the row.</summary>
    public int QueryStart(int s) => _layout.Starts[s] - _pasts[s];

    /// <summary>The place of the first key that a sequence sees: in the row, or, where it continues others, among the copies.</summary>
    public int KeyStart(int s) => _starts[s];

    /// <summary>The copies, or the row itself where none is needed: [T, ...] → [U, ...]</summary>
    public Tensor Gather(Tensor x) => _pieces.Count == 0 ? x : cat([.. _pieces.Select(p => x.narrow(0, p.Start, p.Length))], 0);

    /// <summary>Adds the copies to what was copied.</summary>
    /// <param name="copies">[U, ...]</param>
    /// <param name="row">[T, ...], where what continues others is set first.</param>
    public void Scatter(Tensor copies, Tensor row)
    {
        for (var s = 0; s < Count; s++)
            if (_pasts[s] > 0) row.narrow(0, _layout.Starts[s], _layout.LengthOf(s)).zero_();
        var at = 0;
        foreach (var (start, length) in _pieces)
        {
            row.narrow(0, start, length).PlusInPlace(copies.narrow(0, at, length));
            at += length;
        }
    }
}
