using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>Radix trees of sequences, one sequence after another.</summary>
internal sealed class PrefixTreeBuilder(IReadOnlyList<TokenSequence> sequences)
{
    private readonly List<Node> _roots = [];
    private readonly List<Node> _ends = [];

    /// <summary>Adds a sequence, which may continue those from <paramref name="first"/> on.</summary>
    public void Add(int sequence, int first)
    {
        var length = sequences[sequence].Length;
        var (shared, other) = (0, -1);
        for (var s = first; s < sequence; s++)
        {
            var common = Common(sequences[s], sequences[sequence]);
            if (common > shared) (shared, other) = (common, s);
        }

        if (shared == 0)
        {
            _roots.Add(new(sequence, 0, length, null));
            _ends.Add(_roots[^1]);
            return;
        }

        var node = _ends[other];
        while (node.Start >= shared) node = node.Parent!;
        _ends.Add(shared == length ? node : Continue(node, sequence, shared));
    }

    /// <summary>The segments, parents first, and where each sequence ends.</summary>
    public (List<RowSegment> Segments, List<int> Ends) Finish()
    {
        var segments = new List<RowSegment>();
        var numbers = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Node>(Enumerable.Reverse(_roots));
        while (open.TryPop(out var node))
        {
            numbers[node] = segments.Count;
            segments.Add(new(node.Sequence, node.Start, node.End - node.Start, node.Parent is { } parent ? numbers[parent] : -1));
            for (var i = node.Children.Count - 1; i >= 0; i--) open.Push(node.Children[i]);
        }

        return (segments, _ends.ConvertAll(e => numbers[e]));
    }

    /// <summary>Tokens with which both begin.</summary>
    public static int Common(TokenSequence a, TokenSequence b) => a.Tokens.AsSpan().CommonPrefixLength(b.Tokens);

    /// <summary>What a sequence has behind its first <paramref name="shared"/> tokens, which end in the node.</summary>
    private Node Continue(Node node, int sequence, int shared)
    {
        var length = sequences[sequence].Length;
        if (shared < node.End) Split(node, shared);
        else if (node.Children.Count == 0)
        {
            // An example that goes on where another ended needs no border.
            (node.Sequence, node.End) = (sequence, length);
            return node;
        }

        var child = new Node(sequence, shared, length, node);
        node.Children.Add(child);
        return child;
    }

    private void Split(Node node, int at)
    {
        var lower = new Node(node.Sequence, at, node.End, node);
        foreach (var child in node.Children) child.Parent = lower;
        lower.Children.AddRange(node.Children);
        node.Children.Clear();
        node.Children.Add(lower);
        node.End = at;
        for (var s = 0; s < _ends.Count; s++)
            if (ReferenceEquals(_ends[s], node) && sequences[s].Length > at) _ends[s] = lower;
    }

    private sealed class Node(int sequence, int start, int end, Node? parent)
    {
        public int Sequence = sequence;
        public readonly int Start = start;
        public int End = end;
        public Node? Parent = parent;
        public readonly List<Node> Children = [];
    }
}
