using System.Numerics;
using System.Runtime.CompilerServices;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>The tokens of a byte-level vocabulary by the bytes that they stand for: which tokens begin here?</summary>
/// <remarks>
/// Nodes after one and two bytes are found by index, deeper ones in an open-addressing table: one cache line a step, and none for most bytes that
/// do not follow.
/// </remarks>
internal sealed class TokenTrie
{
    /// <summary>A key has 24 bits for the number of a node; there are no more nodes than bytes of tokens.</summary>
    public const int NodeLimit = 1 << 24;

    private const uint Mixer = 0x9E3779B1;

    private readonly int[] _single = new int[256];
    private readonly Node[] _afterTwo = new Node[0x10000];
    private Node[] _nodes;
    private int _shift;
    private int _deepNodes;
    private int _lastNumber;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TokenTrie(Utf8Vocabulary vocabulary)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, vocabulary.Count * 3));
        (_nodes, _shift) = (new Node[size], 32 - BitOperations.Log2((uint)size));
        Array.Fill(_single, -1);
        var bytes = new byte[256];
        for (var entry = 0; entry < vocabulary.Count; entry++)
        {
            var token = vocabulary.Token(entry);
            if (token.Length > bytes.Length) bytes = new byte[token.Length];
            var length = Unmap(token, bytes);
            if (length > 0) Add(bytes.AsSpan(0, length), vocabulary.Id(entry));
        }
    }

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; private set; }

    /// <summary>Finds the tokens that <paramref name="bytes"/> begin with, shortest first.</summary>
    /// <param name="bytes">What is left of a word; not empty.</param>
    /// <param name="ids">Receives their ids; room for <see cref="Longest"/>.</param>
    /// <param name="lengths">Receives their lengths.</param>
    /// <param name="steps">Receives how many bytes were looked at.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Match(ReadOnlySpan<byte> bytes, int[] ids, int[] lengths, out int steps)
    {
        var count = 0;
        steps = 1;
        if (_single[bytes[0]] is >= 0 and var single) (ids[count], lengths[count++]) = (single, 1);
        if (bytes.Length == 1) return count;
        ref readonly var node = ref _afterTwo[(bytes[0] << 8) | bytes[1]];
        while (node.Number != 0)
        {
            steps++;
            if (node.IdPlusOne != 0) (ids[count], lengths[count++]) = (node.IdPlusOne - 1, steps);
            if (steps == bytes.Length || (node.Followers & (1U << bytes[steps])) == 0) break;
            node = ref _nodes[Slot(Key(node.Number, bytes[steps]))];
        }

        return count;
    }

    /// <summary>The bytes that a token of the byte alphabet stands for; 0 where it has another character.</summary>
    internal static int Unmap(ReadOnlySpan<byte> token, Span<byte> bytes)
    {
        var count = 0;
        for (var i = 0; i < token.Length; i++)
        {
            // The alphabet ends below U+0800: one or two bytes of UTF-8 a character.
            int c = token[i];
            if (c >= 0xE0) return 0;
            if (c >= 0x80) c = ((c & 0x1F) << 6) | (token[++i] & 0x3F);
            var value = ByteAlphabet.ByteOf((char)c);
            if (value < 0) return 0;
            bytes[count++] = (byte)value;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<byte> bytes, int id)
    {
        Longest = Math.Max(Longest, bytes.Length);
        if (bytes.Length == 1)
        {
            _single[bytes[0]] = id;
            return;
        }

        ref var node = ref _afterTwo[(bytes[0] << 8) | bytes[1]];
        if (node.Number == 0) node.Number = ++_lastNumber;
        foreach (var b in bytes[2..])
        {
            node.Followers |= 1U << b;
            node = ref Child(node.Number, b);
        }

        node.IdPlusOne = id + 1;
    }

    private ref Node Child(int number, byte b)
    {
        // Before the slot is taken, so that the reference to it stays good.
        if ((_deepNodes + 1) * 3L > _nodes.Length * 2L) Rehash();
        var key = Key(number, b);
        ref var child = ref _nodes[Slot(key)];
        if (child.Number == 0) (child, _deepNodes) = (new Node { Key = key, Number = ++_lastNumber }, _deepNodes + 1);
        return ref child;
    }

    private static uint Key(int number, byte b) => ((uint)number << 8) | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(uint key)
    {
        var nodes = _nodes;
        var slot = (int)((key * Mixer) >> _shift);
        while (nodes[slot].Key != key && nodes[slot].Number != 0) slot = (slot + 1) & (nodes.Length - 1);
        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rehash()
    {
        var old = _nodes;
        (_nodes, _shift) = (new Node[old.Length * 2], _shift - 1);
        foreach (var node in old)
            if (node.Number != 0) _nodes[Slot(node.Key)] = node;
    }

    /// <summary>What is known of a beginning: parent and last byte, its own number, the token that it is, the low five bits of bytes that follow.</summary>
    private struct Node
    {
        public uint Key;
        public int Number;
        public int IdPlusOne;
        public uint Followers;
    }
}
