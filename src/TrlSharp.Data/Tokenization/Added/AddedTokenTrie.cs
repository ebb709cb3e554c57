using System.Buffers;

namespace TrlSharp.Tokenization.Added;

/// <summary>Finds the longest added token that starts at a place. Immutable.</summary>
internal sealed class AddedTokenTrie
{
    private readonly List<Node> _nodes = [new()];
    private readonly SearchValues<char> _starts;

    /// <summary>Makes the trie of (pattern, token) pairs; empty patterns match nowhere.</summary>
    public AddedTokenTrie(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        foreach (var (pattern, token) in patterns)
        {
            if (pattern.Length == 0) continue;
            var node = 0;
            foreach (var c in pattern)
            {
                if (!_nodes[node].Children.TryGetValue(c, out var child))
                {
                    child = _nodes.Count;
                    _nodes[node].Children.Add(c, child);
                    _nodes.Add(new Node());
                }

                node = child;
            }

            _nodes[node].Token = token;
        }

        _starts = SearchValues.Create([.. _nodes[0].Children.Keys]);
    }

    public bool IsEmpty => _nodes.Count == 1;

    /// <summary>The next place from <paramref name="from"/> on where a token may start, or −1.</summary>
    public int NextStart(ReadOnlySpan<char> text, int from)
    {
        var at = text[from..].IndexOfAny(_starts);
        return at < 0 ? -1 : from + at;
    }

    /// <summary>The longest token of fewer than <paramref name="below"/> units that starts at <paramref name="start"/>; null for none.</summary>
    public AddedToken? Longest(ReadOnlySpan<char> text, int start, int below, out int length)
    {
        AddedToken? found = null;
        length = 0;
        var node = 0;
        for (var at = start; at < text.Length && at - start + 1 < below; at++)
        {
            if (!_nodes[node].Children.TryGetValue(text[at], out node)) break;
            if (_nodes[node].Token is { } token) (found, length) = (token, at - start + 1);
        }

        return found;
    }

    private sealed class Node
    {
        public Dictionary<char, int> Children { get; } = [];

        public AddedToken? Token { get; set; }
    }
}
