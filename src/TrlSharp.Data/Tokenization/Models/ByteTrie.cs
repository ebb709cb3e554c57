namespace TrlSharp.Tokenization.Models;

/// <summary>
/// The tokens of a vocabulary as a trie over UTF-8, in arrays: sorted tokens share prefixes, and the children of a node lie side by side.
/// </summary>
internal sealed class ByteTrie
{
    public const int Root = 0;

    private readonly List<int> _firstChild = [0];
    private readonly List<byte> _childCount = [0];
    private readonly List<byte> _label = [0];
    private readonly List<int> _id = [-1];
    private readonly int[] _rootChild = new int[256];
    private readonly int[] _children;
    private readonly byte[] _counts;
    private readonly byte[] _labels;
    private readonly int[] _ids;

    public ByteTrie(Utf8Vocabulary vocabulary)
    {
        var order = Enumerable.Range(0, vocabulary.Count).Where(entry => vocabulary.Token(entry).Length > 0).ToArray();
        Array.Sort(order, (a, b) => vocabulary.Token(a).SequenceCompareTo(vocabulary.Token(b)));
        var ranges = new Queue<(int Node, int First, int Last, int Depth)>();
        ranges.Enqueue((Root, 0, order.Length, 0));
        while (ranges.TryDequeue(out var range)) AddChildren(vocabulary, order, range, ranges);
        (_children, _counts, _labels, _ids) = ([.. _firstChild], [.. _childCount], [.. _label], [.. _id]);
        (_firstChild, _childCount, _label, _id) = ([], [], [], []);
        Array.Fill(_rootChild, -1);
        for (var i = 0; i < ChildCount(Root); i++) _rootChild[_labels[_children[Root] + i]] = _children[Root] + i;
    }

    /// <summary>The child of a node for a byte, or −1.</summary>
    public int Next(int node, byte label)
    {
        if (node == Root) return _rootChild[label];
        var (low, high) = (_children[node], _children[node] + ChildCount(node) - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (_labels[middle] == label) return middle;
            if (_labels[middle] < label) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    /// <summary>The id of the token that ends at a node, or −1.</summary>
    public int IdAt(int node) => _ids[node];

    /// <summary>256 children do not fit a byte, but UTF-8 never has more than 255 different bytes after a prefix.</summary>
    private int ChildCount(int node) => _counts[node];

    private void AddChildren(Utf8Vocabulary vocabulary, int[] order, (int Node, int First, int Last, int Depth) range, Queue<(int, int, int, int)> ranges)
    {
        _firstChild[range.Node] = _label.Count;
        var at = range.First;
        while (at < range.Last && vocabulary.Token(order[at]).Length == range.Depth) at++;
        while (at < range.Last)
        {
            var label = vocabulary.Token(order[at])[range.Depth];
            var end = at;
            while (end < range.Last && vocabulary.Token(order[end])[range.Depth] == label) end++;
            var node = _label.Count;
            _label.Add(label);
            _firstChild.Add(0);
            _childCount.Add(0);

            // The shortest token of the range sorts first.
            _id.Add(vocabulary.Token(order[at]).Length == range.Depth + 1 ? vocabulary.Id(order[at]) : -1);
            ranges.Enqueue((node, at, end, range.Depth + 1));
            _childCount[range.Node]++;
            at = end;
        }
    }
}
