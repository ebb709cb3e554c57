using System.Globalization;
using System.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Unigram language model (arXiv:1804.10959): the segmentation with the highest sum of scores, by Viterbi; among equals the one that the
/// reference finds first. A character that is no token costs the lowest score less 10; neighbouring unknown characters become one token.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;
    private const int Missing = -1;

    private readonly double[] _scores;
    private readonly ByteTrie _trie;
    private readonly int[] _fallback = new int[256];
    private readonly double _unknownScore;
    private readonly int _unknown;

    /// <param name="vocabulary">Piece → id, where a piece that occurs twice has its last id.</param>
    /// <param name="scores">The score of each id.</param>
    /// <param name="unknown">Id of the unknown token, or −1.</param>
    /// <param name="byteFallback">Whether unknown text becomes <c>&lt;0xHH&gt;</c> tokens where the vocabulary has all of them.</param>
    public UnigramModel(Utf8Vocabulary vocabulary, double[] scores, int unknown, bool byteFallback)
        : base(vocabulary)
    {
        (_scores, _unknown, ByteFallback) = (scores, unknown, byteFallback);
        _unknownScore = scores.DefaultIfEmpty(double.PositiveInfinity).Min() - UnknownPenalty;
        _trie = new ByteTrie(vocabulary);
        for (var b = 0; b < 256; b++) _fallback[b] = byteFallback ? vocabulary.Find(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) : -1;
    }

    public override string Type => "Unigram";

    public IReadOnlyList<double> Scores => _scores;

    public int Unknown => _unknown;

    public bool ByteFallback { get; }

    public override void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var buffer = workspace.Bytes(piece.Length * 3);
        var bytes = buffer[..Encoding.UTF8.GetBytes(piece, buffer)];
        workspace.Symbols.Reserve(bytes.Length + 1);
        workspace.Symbols.ReserveStarts(bytes.Length + 1);
        var best = workspace.Scores(bytes.Length + 1);

        // Ids: the token that ends at a byte; Starts: where it starts, −1 while nothing ends there.
        var (ids, starts) = (workspace.Symbols.Ids, workspace.Symbols.Starts);
        starts.AsSpan(0, bytes.Length + 1).Fill(-1);
        (best[0], starts[0]) = (0, 0);
        for (var start = 0; start < bytes.Length;)
        {
            var width = Utf8Width(bytes[start]);
            var single = false;
            var node = ByteTrie.Root;
            for (var end = start; end < bytes.Length && _trie.Next(node, bytes[end]) is >= 0 and var child;)
            {
                (node, end) = (child, end + 1);
                if (_trie.IdAt(node) is not (>= 0 and var id)) continue;
                single |= end - start == width;
                Relax(best, starts, ids, start, end, _scores[id] + best[start], id);
            }

            if (!single) Relax(best, starts, ids, start, start + width, _unknownScore + best[start], Missing);
            start += width;
        }

        Emit(piece, bytes, workspace, tokens);
    }

    private void Relax(double[] best, int[] starts, int[] ids, int start, int end, double score, int id)
    {
        if (starts[end] >= 0 && !(score > best[end])) return;
        (best[end], starts[end], ids[end]) = (score, start, id == Missing ? RequireUnknown() : id);
    }

    /// <summary>Walks back from the end, joins unknown neighbours, and writes the tokens in order.</summary>
    private void Emit(ReadOnlySpan<char> piece, ReadOnlySpan<byte> bytes, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var (ids, starts) = (workspace.Symbols.Ids, workspace.Symbols.Starts);
        var segments = workspace.Symbols.Lengths;
        var count = 0;
        for (var end = bytes.Length; end > 0;)
        {
            var start = starts[end];
            var unknown = ids[end] == _unknown;
            while (unknown && start > 0 && ids[start] == _unknown) start = starts[start];
            segments[count++] = end;
            end = start;
        }

        var (at, unit) = (0, 0);
        for (var i = count - 1; i >= 0; i--)
        {
            var end = segments[i];
            var from = unit;
            unit += Encoding.UTF8.GetCharCount(bytes[at..end]);
            Add(piece, bytes[at..end], from, unit, tokens);
            at = end;
        }
    }

    private void Add(ReadOnlySpan<char> piece, ReadOnlySpan<byte> segment, int from, int to, List<EncodedToken> tokens)
    {
        var id = Vocabulary.Find(segment);
        var fallback = id < 0 && ByteFallback;
        foreach (var b in segment) fallback &= _fallback[b] >= 0;
        if (!fallback)
        {
            tokens.Add(new EncodedToken(id >= 0 ? id : RequireUnknown(), from, to));
            return;
        }

        foreach (var b in segment) tokens.Add(new EncodedToken(_fallback[b], from, to));
    }

    private int RequireUnknown() => _unknown >= 0 ? _unknown
        : throw new DataException("The text has a character that the Unigram vocabulary lacks, and the model has no unk_id. Correct tokenizer.json.");

    private static int Utf8Width(byte lead) => lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}
