using System.Text;
using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class BytePairScanTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 20_000 : 400;

    /// <summary>
    /// From left to right against merging, for random vocabularies over few letters: merges in the order in which they were learned, with several ways
    /// to the same token, and, in every third round, shuffled merges. The scan may decline a vocabulary but not get it wrong.
    /// </summary>
    [Fact]
    public void From_left_to_right_gives_what_merging_gives()
    {
        var random = new SeededRandom(21);
        var (declined, compared) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var isShuffled = round % 3 == 2;
            var letters = 1 + random.Next(4);
            var (vocabulary, merges) = RandomVocabulary(random, letters, 1 + random.Next(80), isShuffled);
            var scan = new BytePairScan(vocabulary, merges, ByteSymbols(vocabulary));
            for (var i = 0; i < 6; i++)
            {
                var word = Word(random, letters, 1 + random.Next(i == 0 ? 3000 : 60));
                var workspace = new ModelWorkspace();
                var count = scan.Encode(word, workspace);
                if (count < 0)
                {
                    // A vocabulary of nothing but runs of one letter may have too many tokens to try.
                    Assert.True(isShuffled || letters == 1, $"round {round}: merges in order were declined");
                    declined++;
                    continue;
                }

                compared++;
                Assert.Equal(Merged(vocabulary, merges, word), Enumerable.Range(0, count).Select(k => (workspace.Symbols.Ids[k], workspace.Symbols.Lengths[k])));
            }
        }

        Assert.True(compared > Rounds * 3 && declined > 0, $"{compared} compared, {declined} declined");
    }

    /// <summary>A trained vocabulary over words of all bytes, whole or not a character.</summary>
    [Fact]
    public void All_bytes_of_a_trained_vocabulary()
    {
        var model = (BytePairModel)TestTokenizers.Small.Parts.Pipeline.Model;
        var scan = new BytePairScan(model.Vocabulary, model.Merges, ByteSymbols(model.Vocabulary));
        var random = new SeededRandom(22);
        var text = Encoding.UTF8.GetBytes(string.Concat(TestTokenizers.Texts));
        for (var round = 0; round < 200; round++)
        {
            var word = Enumerable.Range(0, 1 + random.Next(400)).Select(_ => random.Next(3) == 0 ? (byte)random.Next(256) : text[random.Next(text.Length)]).ToArray();
            if (round % 2 == 0) text.AsSpan(random.Next(text.Length - 20), 20).CopyTo(word = new byte[20]);
            var workspace = new ModelWorkspace();
            var count = scan.Encode(word, workspace);
            Assert.Equal(Merged(model.Vocabulary, model.Merges, word), Enumerable.Range(0, count).Select(k => (workspace.Symbols.Ids[k], workspace.Symbols.Lengths[k])));
        }
    }

    [Fact]
    public void Ids_that_two_tokens_share_are_left_to_merging()
    {
        var vocabulary = new Utf8Vocabulary();
        vocabulary.Add("a"u8, 1);
        vocabulary.Add("b"u8, 1);
        vocabulary.Freeze();
        Assert.False(BytePairScan.Fits(vocabulary));
    }

    private static int[] ByteSymbols(Utf8Vocabulary vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(b => vocabulary.Find([ByteAlphabet.CharOf((byte)b)]))];

    private static IEnumerable<(int Id, int Length)> Merged(Utf8Vocabulary vocabulary, MergeTable merges, byte[] word)
    {
        var symbols = new SymbolBuffer();
        symbols.Reserve(word.Length);
        for (var i = 0; i < word.Length; i++) (symbols.Ids[i], symbols.Lengths[i]) = (vocabulary.Find([ByteAlphabet.CharOf(word[i])]), 1);
        var count = SymbolMerger.Merge(merges, symbols, word.Length);
        return Enumerable.Range(0, count).Select(i => (symbols.Ids[i], symbols.Lengths[i]));
    }

    private static byte[] Word(SeededRandom random, int letters, int length)
    {
        var word = new byte[length];
        for (var i = 0; i < length; i++) word[i] = i > 0 && random.Next(3) == 0 ? word[i - 1] : (byte)('a' + random.Next(letters));
        return word;
    }

    /// <summary>The 256 bytes and tokens that join two earlier ones; a token that comes out again is one more way to make it.</summary>
    private static (Utf8Vocabulary Vocabulary, MergeTable Merges) RandomVocabulary(SeededRandom random, int letters, int count, bool isShuffled)
    {
        var tokens = Enumerable.Range(0, 256).Select(b => ByteAlphabet.CharOf((byte)b).ToString()).ToList();
        var usable = Enumerable.Range('a', letters).ToList();
        var pairs = new List<(int Left, int Right, int Made)>();
        for (var i = 0; i < count; i++)
        {
            var (left, right) = (usable[random.Next(usable.Count)], usable[random.Next(usable.Count)]);
            var made = tokens.IndexOf(tokens[left] + tokens[right]);
            if (pairs.Exists(pair => (pair.Left, pair.Right) == (left, right)) || tokens[left].Length + tokens[right].Length > 200) continue;

            // In files of ranks all ways to a token stand together; a late way to an early token breaks the order.
            if (made >= 0 && made != tokens.Count - 1 && !isShuffled) continue;
            if (made < 0)
            {
                made = tokens.Count;
                tokens.Add(tokens[left] + tokens[right]);
                usable.Add(made);
            }

            pairs.Add((left, right, made));
        }

        var vocabulary = new Utf8Vocabulary();
        for (var id = 0; id < tokens.Count; id++) vocabulary.Add(Encoding.UTF8.GetBytes(tokens[id]), id);
        vocabulary.Freeze();
        var merges = new MergeTable();
        foreach (var (left, right, made) in isShuffled ? pairs.OrderBy(_ => random.Next(3)) : (IEnumerable<(int, int, int)>)pairs) merges.Add(left, right, made);
        return (vocabulary, merges);
    }
}
