using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>Texts that are about to be joined: an expression takes off what it has pushed, behind what the expressions around it have.</summary>
internal sealed class PieceStack
{
    private Piece[] _pieces = [];

    public int Count { get; private set; }

    public void Push(TextValue text)
    {
        if (Count == _pieces.Length) Array.Resize(ref _pieces, Math.Max(8, Count * 2));
        _pieces[Count++].Text = text;
    }

    /// <summary>Those from <paramref name="start"/> on as one text.</summary>
    public TextValue Join(RenderState state, int start)
    {
        var output = new TextBuilder();
        for (var i = start; i < Count; i++)
        {
            state.Charge([_pieces[i].Text]);
            output.Append(_pieces[i].Text, state.Owner, prompt: false, generation: 0);
        }

        Count = start;
        return output.ToValue();
    }

    /// <summary>Stored without the check of an array of references.</summary>
    private struct Piece
    {
        public TextValue Text;
    }
}
