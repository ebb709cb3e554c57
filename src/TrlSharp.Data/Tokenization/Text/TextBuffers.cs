namespace TrlSharp.Tokenization.Text;

/// <summary>The text of one stretch between added tokens on its way through normalizers and pre-tokenizers, with the buffers they need.</summary>
internal sealed class TextBuffers
{
    private AlignedText _spare = new();
    private PieceList _sparePieces = new();

    /// <summary>What comes before the text.</summary>
    public TextPlace Place { get; set; }

    /// <summary>The text as it stands.</summary>
    public AlignedText Text { get; private set; } = new();

    /// <summary>The pieces of <see cref="Text"/> that pre-tokenizers have made.</summary>
    public PieceList Pieces { get; private set; } = new();

    /// <summary>For patterns to write matches to.</summary>
    public PieceList Matches { get; } = new();

    /// <summary>For normalizers to write changes to.</summary>
    public List<TextChange> Changes { get; } = [];

    /// <summary>Replaces the text by what <see cref="Changes"/> makes of it.</summary>
    public void Rewrite(int removed = 0)
    {
        TextRewriter.Apply(Text, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Changes), removed, _spare);
        SwapText();
    }

    /// <summary>An empty text to build the next one in; <see cref="SwapText"/> makes it current.</summary>
    public AlignedText NextText()
    {
        _spare.Clear(Text.Origin);
        return _spare;
    }

    public void SwapText() => (Text, _spare) = (_spare, Text);

    /// <summary>An empty list to build the next pieces in; <see cref="SwapPieces"/> makes it current.</summary>
    public PieceList NextPieces()
    {
        _sparePieces.Clear();
        return _sparePieces;
    }

    public void SwapPieces() => (Pieces, _sparePieces) = (_sparePieces, Pieces);
}
