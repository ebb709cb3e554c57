using System.Buffers.Binary;
using System.Text;
using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary>
/// <c>Precompiled</c>: the character map of a SentencePiece model, a double-array trie (Darts) over UTF-8 whose values point into a block of
/// zero-terminated replacements.
/// </summary>
/// <remarks>
/// Like the reference, grapheme clusters of fewer than six bytes are looked up first, then single characters; and of the keys that begin a
/// cluster the shortest decides, which swallows the rest of the cluster.
/// </remarks>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private PrecompiledNormalizer(uint[] units, byte[] replacements) => (_units, _replacements) = (units, replacements);

    public static PrecompiledNormalizer FromBase64(string charsmap, string path)
    {
        var bytes = new byte[charsmap.Length];
        return Convert.TryFromBase64String(charsmap, bytes, out var length)
            ? FromBytes(bytes.AsSpan(0, length), path)
            : throw new ModelFolderException($"{path}.precompiled_charsmap is not Base64.");
    }

    /// <summary>Reads the map as SentencePiece stores it: trie size in bytes, trie, replacements.</summary>
    public static PrecompiledNormalizer FromBytes(ReadOnlySpan<byte> charsmap, string path)
    {
        if (charsmap.Length < 4) throw Damaged(path);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(charsmap);
        if (size % 4 != 0 || size > charsmap.Length - 4) throw Damaged(path);
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(charsmap[(4 + (4 * i))..]);
        var replacements = charsmap[(4 + (int)size)..].ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(replacements)) throw Damaged(path);
        return new PrecompiledNormalizer(units, replacements);
    }

    public override void Apply(TextBuffers buffers)
    {
        var text = buffers.Text.Chars;
        var changes = buffers.Changes;
        changes.Clear();
        var modified = false;
        Span<byte> bytes = stackalloc byte[8];
        for (var at = 0; at < text.Length;)
        {
            var cluster = text.Slice(at, GraphemeClusters.Length(text[at..]));
            at += cluster.Length;
            if (Utf8Length(cluster) < 6 && Find(bytes[..Encoding.UTF8.GetBytes(cluster, bytes)]) is >= 0 and var whole)
            {
                Replace(changes, CharacterRewriter.CountRunes(cluster), whole);
                modified = true;
                continue;
            }

            foreach (var rune in cluster.EnumerateRunes())
            {
                if (Find(bytes[..rune.EncodeToUtf8(bytes)]) is >= 0 and var single)
                {
                    Replace(changes, 1, single);
                    modified = true;
                }
                else
                {
                    changes.Add(new TextChange(rune.Value, 0));
                }
            }
        }

        if (modified) buffers.Rewrite();
    }

    private static int Utf8Length(ReadOnlySpan<char> cluster) => cluster.Length > 5 ? 6 : Encoding.UTF8.GetByteCount(cluster);

    /// <summary>Writes the replacement at <paramref name="from"/> for <paramref name="replaced"/> characters.</summary>
    private void Replace(List<TextChange> changes, int replaced, int from)
    {
        var first = changes.Count;
        var end = _replacements.AsSpan(from).IndexOf((byte)0);
        var replacement = end < 0 ? _replacements.AsSpan(from) : _replacements.AsSpan(from, end);
        while (!replacement.IsEmpty)
        {
            Rune.DecodeFromUtf8(replacement, out var rune, out var length);
            changes.Add(new TextChange(rune.Value, 0));
            replacement = replacement[length..];
        }

        // More characters than before: the last ones are insertions. Fewer: the last one written so far counts what was removed.
        var difference = changes.Count - first - replaced;
        for (var i = changes.Count - 1; difference > 0; i--, difference--) changes[i] = changes[i] with { Change = 1 };
        if (difference < 0 && changes.Count > 0) changes[^1] = changes[^1] with { Change = changes[^1].Change + difference };
    }

    /// <summary>Where the replacement of the shortest key that begins <paramref name="key"/> starts, or −1.</summary>
    private int Find(ReadOnlySpan<byte> key)
    {
        if (_units.Length == 0) return -1;
        var node = Offset(_units[0]);
        foreach (var b in key)
        {
            if (b == 0) break;
            node ^= b;
            if (node >= _units.Length || (_units[node] & 0x800000FF) != b) return -1;
            var hasLeaf = ((_units[node] >> 8) & 1) == 1;
            node ^= Offset(_units[node]);
            if (!hasLeaf) continue;
            if (node >= _units.Length) return -1;
            var value = (int)(_units[node] & 0x7FFFFFFF);
            return value <= _replacements.Length ? value : -1;
        }

        return -1;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);

    private static ModelFolderException Damaged(string path) => new($"{path}.precompiled_charsmap is damaged: it must hold a trie size, the trie and UTF-8 replacements.");
}
