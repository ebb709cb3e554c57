using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>
/// <c>ByteLevel</c>: a space before a piece that has none, the words of GPT-2, and every byte as its character of the byte alphabet.
/// </summary>
/// <param name="addPrefixSpace">Whether a piece gets a space in front.</param>
/// <param name="useRegex">Whether pieces are cut into the words of GPT-2.</param>
/// <param name="mapBytes">False when the model maps bytes itself (<see cref="Models.BytePairOptions.ByteLevel"/>).</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex, bool mapBytes) : PreTokenizer
{
    private static readonly Gpt2Scanner Gpt2 = new();

    public override WordScanner? Words => useRegex && !addPrefixSpace && !mapBytes ? Gpt2 : null;

    public override bool IsIdle => !useRegex && !addPrefixSpace && !mapBytes;

    /// <summary>The same step, with the mapping left to the model.</summary>
    public ByteLevelPreTokenizer WithoutMapping() => new(addPrefixSpace, useRegex, mapBytes: false);

    public override void Apply(TextBuffers buffers)
    {
        if (addPrefixSpace) AddSpaces(buffers);
        if (useRegex) PieceSplitter.Split(buffers, Gpt2, SplitBehavior.Isolated);
        if (mapBytes) Map(buffers);
    }

    private static void AddSpaces(TextBuffers buffers)
    {
        var (target, pieces) = (buffers.NextText(), buffers.NextPieces());
        for (var i = 0; i < buffers.Pieces.Count; i++)
        {
            var (start, end) = buffers.Pieces[i];
            var begin = target.Length;
            var continues = i == 0 && buffers.Place == TextPlace.AfterText;
            if (!continues && buffers.Text.Chars[start] != ' ') target.Append(' ', buffers.Text.Start(start), buffers.Text.End(start));
            target.Append(buffers.Text, start, end);
            pieces.Add(begin, target.Length);
        }

        buffers.SwapText();
        buffers.SwapPieces();
    }

    private static void Map(TextBuffers buffers)
    {
        var (target, pieces) = (buffers.NextText(), buffers.NextPieces());
        for (var i = 0; i < buffers.Pieces.Count; i++)
        {
            var begin = target.Length;
            var (start, end) = buffers.Pieces[i];
            ByteLevelNormalizer.AppendMapped(buffers.Text, start, end, target);
            pieces.Add(begin, target.Length);
        }

        buffers.SwapText();
        buffers.SwapPieces();
    }
}
