using System.Text;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Training;

/// <summary>Counts pairs of neighbouring tokens in words and merges the most frequent one until the vocabulary is full.</summary>
internal sealed class PairLearner
{
    private readonly Utf8Vocabulary _vocabulary;
    private readonly List<byte[]> _tokens = [];
    private readonly int[][] _words;
    private readonly long[] _counts;
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _wordsOfPair = [];
    private readonly PriorityQueue<(int Left, int Right), (long MinusCount, int Left, int Right)> _queue = new();

    public PairLearner(Utf8Vocabulary vocabulary, Dictionary<string, long> wordCounts, int[] byteIds)
    {
        _vocabulary = vocabulary;
        for (var entry = 0; entry < vocabulary.Count; entry++) _tokens.Add(vocabulary.Token(entry).ToArray());
        var words = wordCounts.OrderBy(word => word.Key, StringComparer.Ordinal).ToArray();
        _words = [.. words.Select(word => Encoding.UTF8.GetBytes(word.Key).Select(b => byteIds[b]).ToArray())];
        _counts = [.. words.Select(word => word.Value)];
        for (var word = 0; word < _words.Length; word++)
            for (var i = 0; i + 1 < _words[word].Length; i++) Count((_words[word][i], _words[word][i + 1]), word, 1);
        foreach (var (pair, count) in _pairCounts) _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
    }

    public MergeTable Learn(int vocabularySize, int minimumFrequency)
    {
        var merges = new MergeTable(vocabularySize);
        while (_vocabulary.Count < vocabularySize && _queue.TryDequeue(out var pair, out var priority))
        {
            // A queued count can only be too high or be followed by a newer entry.
            var count = _pairCounts[pair];
            if (count != -priority.MinusCount)
            {
                if (count > 0) _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
                continue;
            }

            if (count < Math.Max(1, minimumFrequency)) break;
            Merge(pair, merges);
        }

        merges.Freeze();
        return merges;
    }

    private void Merge((int Left, int Right) pair, MergeTable merges)
    {
        byte[] token = [.. _tokens[pair.Left], .. _tokens[pair.Right]];
        var merged = _vocabulary.Find(token);
        if (merged < 0)
        {
            merged = _vocabulary.Count;
            _vocabulary.Add(token, merged);
            _tokens.Add(token);
        }

        merges.Add(pair.Left, pair.Right, merged);
        var touched = new HashSet<(int Left, int Right)>();
        foreach (var word in _wordsOfPair[pair].Order()) Rewrite(word, pair, merged, touched);
        _pairCounts[pair] = 0;
        foreach (var other in touched.Where(other => _pairCounts[other] > 0)) _queue.Enqueue(other, (-_pairCounts[other], other.Left, other.Right));
    }

    private void Rewrite(int word, (int Left, int Right) pair, int merged, HashSet<(int Left, int Right)> touched)
    {
        var old = _words[word];
        var rewritten = new List<int>(old.Length);
        for (var i = 0; i < old.Length; i++)
        {
            var hit = i + 1 < old.Length && (old[i], old[i + 1]) == pair;
            rewritten.Add(hit ? merged : old[i]);
            if (hit) i++;
        }

        if (rewritten.Count == old.Length) return;
        for (var i = 0; i + 1 < old.Length; i++) Count((old[i], old[i + 1]), word, -1);
        for (var i = 0; i + 1 < rewritten.Count; i++)
        {
            Count((rewritten[i], rewritten[i + 1]), word, 1);
            if (rewritten[i] == merged || rewritten[i + 1] == merged) touched.Add((rewritten[i], rewritten[i + 1]));
        }

        _words[word] = [.. rewritten];
    }

    private void Count((int Left, int Right) pair, int word, int sign)
    {
        _pairCounts[pair] = _pairCounts.GetValueOrDefault(pair) + (sign * _counts[word]);
        if (sign < 0) return;
        if (!_wordsOfPair.TryGetValue(pair, out var words)) _wordsOfPair[pair] = words = [];
        words.Add(word);
    }
}
