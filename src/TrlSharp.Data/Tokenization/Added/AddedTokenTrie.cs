using System.Buffers;

namespace TrlSharp.Tokenization.Added;

/// <summary>Finds the longest added token that starts at a place. Immutable.</summary>
internal sealed class AddedTokenTrie
{
    private readonly Node _root;
    private readonly SearchValues<char> _starts;

    /// <summary>Makes the trie of (pattern, token) pairs; empty patterns match nowhere, and of equal ones the last counts.</summary>
    public AddedTokenTrie(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        var tokens = new SortedDictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var (pattern, token) in patterns)
            if (pattern.Length > 0) tokens[pattern] = token;
        _root = Node.Of([.. tokens], 0, 0);
        _starts = SearchValues.Create(_root.Firsts);
    }

    public bool IsEmpty => _root.Firsts.Length == 0;

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
        var rest = text[start..];
        for (var (node, at) = (_root, 0); at < rest.Length;)
        {
            var child = node.Firsts.AsSpan().IndexOf(rest[at]);
            if (child < 0) break;
            node = node.Children[child];
            at += node.Label.Length;
            if (at >= below || at > rest.Length || !rest[..at].EndsWith(node.Label)) break;
            if (node.Token is { } token) (found, length) = (token, at);
        }

        return found;
    }

    /// <param name="Label">The units that lead here from the node above.</param>
    /// <param name="Token">The token that ends here; null for none.</param>
    /// <param name="Firsts">The first unit of each child's label.</param>
    /// <param name="Children">The nodes below.</param>
    private sealed record Node(string Label, AddedToken? Token, char[] Firsts, Node[] Children)
    {
        /// <summary>Of sorted patterns, all of which begin alike.</summary>
        /// <param name="tokens">The patterns.</param>
        /// <param name="from">Where this node's label begins in each of them.</param>
        /// <param name="to">Where it ends.</param>
        public static Node Of(ReadOnlySpan<KeyValuePair<string, AddedToken>> tokens, int from, int to)
        {
            var label = tokens.IsEmpty ? "" : tokens[0].Key[from..to];
            AddedToken? token = null;
            if (!tokens.IsEmpty && tokens[0].Key.Length == to)
            {
                token = tokens[0].Value;
                tokens = tokens[1..];
            }

            var (firsts, children) = (new List<char>(), new List<Node>());
            while (!tokens.IsEmpty)
            {
                var first = tokens[0].Key[to];
                var count = 1;
                while (count < tokens.Length && tokens[count].Key[to] == first) count++;
                firsts.Add(first);

                // Sorted, the first and the last have the least in common.
                children.Add(Of(tokens[..count], to, tokens[0].Key.AsSpan().CommonPrefixLength(tokens[count - 1].Key)));
                tokens = tokens[count..];
            }

            return new(label, token, [.. firsts], [.. children]);
        }
    }
}
